package dev.sandjar.compat.kubebox.error;

/** The sandbox's server was asked, and did not do it. */
public final class RefusedException extends KubeboxException {
    /** What to do about 401 and 403, by whatever way they come. */
    public static final String UNKNOWN_CALLER =
            "give a token (SandboxClient.builder().token) or a key (KUBEBOX_PRIVATE_KEY) that the server knows; both clocks must agree";

    /** Of its answer; 200 where the server says so in the body. */
    private final int status;

    /**
     * For what a server has answered.
     *
     * @param message what was asked, and the server's own words
     * @param status of the answer
     * @param remedy what to do next, as a sentence
     */
    public RefusedException(String message, int status, String remedy) {
        super(message, remedy, null);
        this.status = status;
    }

    /**
     * Of the answer; 200 where the server says in the body that it did not work.
     *
     * @return the HTTP status
     */
    public int status() {
        return status;
    }
}
