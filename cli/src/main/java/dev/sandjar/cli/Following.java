package dev.sandjar.cli;

import dev.sandjar.Output;
import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxException;
import java.util.Iterator;
import java.util.OptionalInt;

/** A command's output for as long as we stay with it: until the command has ended, or we leave it and it goes on. */
final class Following implements Iterator<Output> {
    private final RunningCommand command;
    private volatile OptionalInt left = OptionalInt.empty();

    Following(RunningCommand command) {
        this.command = command;
    }

    /** From any thread: there is no more output for us, and we end with this exit code. */
    void leave(int code) {
        left = OptionalInt.of(code);
        command.close();
    }

    /** What to end with when it was left. */
    OptionalInt left() {
        return left;
    }

    @Override
    public boolean hasNext() {
        try {
            Iterator<Output> output = command.output(); // first: what is open already, leaving closes
            return left.isEmpty() && output.hasNext();
        } catch (SandboxException e) {
            if (left.isPresent()) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public Output next() {
        return command.output().next();
    }
}
