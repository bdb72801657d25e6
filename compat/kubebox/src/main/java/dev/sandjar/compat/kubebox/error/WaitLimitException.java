package dev.sandjar.compat.kubebox.error;

import java.time.Duration;

/** What was waited for did not come within the limit; it may still come. */
public final class WaitLimitException extends KubeboxException {
    /**
     * Made where the waiting ends.
     *
     * @param message what did not happen; the limit is added
     * @param limit how long was waited
     * @param name of the limit, as its user knows it
     * @param remedy what to do next, as a sentence
     */
    public WaitLimitException(String message, Duration limit, String name, String remedy) {
        super(message + " within " + seconds(limit) + " seconds (" + name + ")", remedy, null);
    }

    private static String seconds(Duration limit) {
        return limit.toMillis() % 1000 == 0
                ? Long.toString(limit.toSeconds())
                : Double.toString(limit.toMillis() / 1000.0);
    }
}
