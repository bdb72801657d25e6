package dev.sandjar;

import java.time.Duration;

/** How a command ended, as far as it is known. Only {@code Exited} carries an exit code, so none can be invented. */
public sealed interface Ending {
    /**
     * The program returned, and {@code wait(2)} said so.
     *
     * @param code 0 to 255
     */
    record Exited(int code) implements Ending {}

    /**
     * A signal ended it.
     *
     * @param signal which
     */
    record Killed(Signal signal) implements Ending {}

    /**
     * It ran longer than it might, and its whole tree was killed.
     *
     * @param limit how long it might run
     */
    record TimedOut(Duration limit) implements Ending {}

    /** The kernel killed it because the sandbox's memory was used up. */
    record OutOfMemory() implements Ending {}

    /**
     * The agent is gone. Output is complete up to this offset; nothing later is known.
     *
     * @param offset bytes of output, of both streams together
     */
    record Lost(long offset) implements Ending {}

    /**
     * What a shell would report, for doors whose protocol has one number and nothing else.
     *
     * @return the exit code; 124 timed out, 128 + signal killed, 137 out of memory, 255 lost
     */
    default int shellStatus() {
        return switch (this) {
            case Exited(int code) -> code;
            case TimedOut _ -> 124;
            case Killed(Signal signal) -> 128 + signal.number();
            case OutOfMemory _ -> 137;
            case Lost _ -> 255;
        };
    }
}
