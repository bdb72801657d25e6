package dev.sandjar.compat.kmetis.error;

import java.time.Duration;

/** A command did not end in time; it and its process group have been killed. What it had written until then is kept. */
public final class CommandTimeoutException extends CommandExecutionException {
    /** Until it was killed. */
    private final String stdout;

    /** Until it was killed. */
    private final String stderr;

    /**
     * Made once the command is dead.
     *
     * @param limit how long it was allowed
     * @param stdout what it had written until then
     * @param stderr the same, of its errors
     */
    public CommandTimeoutException(Duration limit, String stdout, String stderr) {
        super(
                "the command did not end within " + limit.toMillis() / 1e3 + " seconds (its timeout) and was killed",
                "give it a longer timeout, or start it in the background with its output in a file",
                null);
        this.stdout = stdout;
        this.stderr = stderr;
    }

    /**
     * What it had written when it was killed.
     *
     * @return its output
     */
    public String stdout() {
        return stdout;
    }

    /**
     * What it had written of errors when it was killed.
     *
     * @return its error output
     */
    public String stderr() {
        return stderr;
    }
}
