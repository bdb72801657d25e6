package dev.sandjar.compat.kubebox.error;

import org.jspecify.annotations.Nullable;

/** The cluster was asked, and did not do it. */
public final class ClusterException extends KubeboxException {
    /** Of its answer; 0 when there was none. */
    private final int status;

    /**
     * Made where the cause is known.
     *
     * @param message what was asked, and the cluster's own words
     * @param status of its answer; 0 when there was none
     * @param remedy what to do next, as a sentence
     * @param cause null when the message says it all
     */
    public ClusterException(String message, int status, String remedy, @Nullable Throwable cause) {
        super(message, remedy, cause);
        this.status = status;
    }

    /**
     * Of the answer.
     *
     * @return the HTTP status; 0 when there was no answer
     */
    public int status() {
        return status;
    }
}
