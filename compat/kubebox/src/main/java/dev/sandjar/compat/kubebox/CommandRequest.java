package dev.sandjar.compat.kubebox;

import dev.sandjar.compat.kubebox.error.KubeboxException;
import java.time.Duration;
import java.util.Optional;

/**
 * What to run.
 *
 * @param command for {@code /bin/sh -c}
 * @param path the folder to run it in, as the server understands it; its usual one when empty
 * @param timeout of {@link CommandMode#WAIT}: then the server gives it up; it has no meaning for the other modes
 */
public record CommandRequest(String command, Optional<String> path, Duration timeout) {
    private static final Duration LONGEST = Duration.ofHours(24);

    /** Checks the limit: whole seconds are all that the protocol can tell. */
    public CommandRequest {
        if (timeout.toSeconds() < 1
                || timeout.compareTo(LONGEST) > 0
                || !timeout.equals(Duration.ofSeconds(timeout.toSeconds()))) {
            throw KubeboxException.invalid("timeout", timeout, "1 second to 24 hours, in whole seconds");
        }
    }

    /**
     * A command in the usual folder, waited for ten minutes at most.
     *
     * @param command for {@code /bin/sh -c}
     * @return to be varied
     */
    public static CommandRequest of(String command) {
        return new CommandRequest(command, Optional.empty(), Duration.ofMinutes(10));
    }

    /**
     * In another folder.
     *
     * @param folder as the server understands it
     * @return this request with it
     */
    public CommandRequest in(String folder) {
        return new CommandRequest(command, Optional.of(folder), timeout);
    }

    /**
     * Waited for longer or shorter.
     *
     * @param limit 1 second to 24 hours
     * @return this request with it
     */
    public CommandRequest within(Duration limit) {
        return new CommandRequest(command, path, limit);
    }
}
