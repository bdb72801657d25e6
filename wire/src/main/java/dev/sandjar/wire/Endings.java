package dev.sandjar.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandjar.Ending;
import dev.sandjar.SandboxException;
import dev.sandjar.Signal;
import java.time.Duration;

/** {@link Ending} as two numbers. */
final class Endings {
    private Endings() {}

    static int how(Ending ending) {
        return switch (ending) {
            case Ending.Exited _ -> 1;
            case Ending.Killed _ -> 2;
            case Ending.TimedOut _ -> 3;
            case Ending.OutOfMemory _ -> 4;
            case Ending.Lost _ -> 5;
        };
    }

    /** The exit code, the signal, the limit in milliseconds, nothing, the offset. */
    static long value(Ending ending) {
        return switch (ending) {
            case Ending.Exited(int code) -> code;
            case Ending.Killed(Signal signal) -> signal.number();
            case Ending.TimedOut(Duration limit) -> limit.toMillis();
            case Ending.OutOfMemory _ -> 0;
            case Ending.Lost(long offset) -> offset;
        };
    }

    static Ending of(int how, long value) {
        if (value < 0) {
            throw SandboxException.invalid("ending", value, "0 or more");
        }
        return switch (how) {
            case 1 -> new Ending.Exited(small(value, 255));
            case 2 -> new Ending.Killed(new Signal(small(value, 64)));
            case 3 -> new Ending.TimedOut(Duration.ofMillis(value));
            case 4 -> new Ending.OutOfMemory();
            case 5 -> new Ending.Lost(value);
            default -> throw SandboxException.invalid("ending", how, "1 to 5");
        };
    }

    static JsonNode write(Ending ending) {
        return Json.object().put("how", how(ending)).put("value", value(ending));
    }

    static Ending read(Fields fields) {
        return of(fields.needInt("how"), fields.needLong("value"));
    }

    private static int small(long value, int most) {
        if (value > most) {
            throw SandboxException.invalid("ending", value, "at most " + most);
        }
        return (int) value;
    }
}
