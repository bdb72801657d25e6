package dev.sandjar.oci.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One process, not to be mistaken for a later one with the same number.
 *
 * @param pid as this machine numbers it
 * @param start when it started, in clock ticks since boot
 */
public record ProcessIdentity(int pid, long start) {
    private static final int STATE = 0; // what follows the name in brackets, see proc(5)
    private static final int START = 19;

    /** The process that has this number now; empty when there is none, or only what a parent has not collected yet. */
    public static Optional<ProcessIdentity> of(int pid) {
        String stat;
        try {
            stat = Files.readString(
                    Path.of("/proc", Integer.toString(pid), "stat"), java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return Optional.empty();
        }
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", START + 2);
        char state = fields[STATE].charAt(0);
        return state == 'Z' || state == 'X'
                ? Optional.empty()
                : Optional.of(new ProcessIdentity(pid, Long.parseLong(fields[START])));
    }

    /** Whether it still runs. */
    public boolean alive() {
        return of(pid).filter(this::equals).isPresent();
    }
}
