package dev.sandjar.tools;

import dev.sandjar.Ending;
import dev.sandjar.Signal;
import java.time.Duration;

/**
 * What a model is told of a command that has ended.
 *
 * @param ending how
 * @param output what it wrote, already short enough
 */
record CommandReport(Ending ending, String output) {
    boolean succeeded() {
        return ending.equals(new Ending.Exited(0));
    }

    /** The ending first, on a line of its own: what a program prints cannot pretend to be it. */
    String text() {
        return firstLine() + "\n" + (output.isEmpty() ? "(no output)" : output);
    }

    private String firstLine() {
        return switch (ending) {
            case Ending.Exited(int code) -> "exit code: " + code;
            case Ending.Killed(Signal signal) -> "killed by signal " + signal;
            case Ending.TimedOut(Duration limit) ->
                "timed out after " + limit.toSeconds() + " s: killed with everything it started";
            case Ending.OutOfMemory _ -> "killed: the sandbox has no more memory";
            case Ending.Lost _ -> "lost: the sandbox does not answer any more, and how the command ended is not known";
        };
    }
}
