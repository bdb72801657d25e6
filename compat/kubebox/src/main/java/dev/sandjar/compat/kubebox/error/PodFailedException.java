package dev.sandjar.compat.kubebox.error;

/** A pod will not become ready, however long one waits. */
public final class PodFailedException extends KubeboxException {
    /**
     * Made where the cause is known.
     *
     * @param message which pod, and why
     * @param remedy what to do next, as a sentence
     */
    public PodFailedException(String message, String remedy) {
        super(message, remedy, null);
    }
}
