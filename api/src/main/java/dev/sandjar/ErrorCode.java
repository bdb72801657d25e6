package dev.sandjar;

/** What went wrong, for programs. Stable across versions: a client may switch on it. Append only. */
public enum ErrorCode {
    /** A value is missing, malformed or out of range. */
    INVALID_ARGUMENT(400, Retry.NEVER),
    /** No credentials, or none that are known here. */
    UNAUTHENTICATED(401, Retry.NEVER),
    /** No such sandbox; also one that belongs to somebody else, whose existence is not told. */
    SANDBOX_NOT_FOUND(404, Retry.NEVER),
    /** No such command in this sandbox, or one so old that the agent has forgotten it. */
    COMMAND_NOT_FOUND(404, Retry.NEVER),
    /** No such file or folder in the sandbox. */
    FILE_NOT_FOUND(404, Retry.NEVER),
    /** A file, folder or sandbox of that name is there already. */
    ALREADY_EXISTS(409, Retry.NEVER),
    /** The sandbox is in a state in which this cannot be done. */
    INVALID_STATE(409, Retry.NEVER),
    /** The sandbox's user may not do this to that file or process. */
    PERMISSION_DENIED(403, Retry.NEVER),
    /** More bytes than this operation takes. */
    TOO_LARGE(413, Retry.NEVER),
    /** This place or version cannot do it at all. */
    NOT_SUPPORTED(422, Retry.NEVER),
    /** Too many requests from this caller. */
    RATE_LIMITED(429, Retry.AFTER_DELAY),
    /** The caller has as many sandboxes as it may have. */
    QUOTA_EXCEEDED(429, Retry.AFTER_DELAY),
    /** No registry or cache has the image. */
    IMAGE_NOT_FOUND(400, Retry.NEVER),
    /** The image's registry does not answer. */
    REGISTRY_UNAVAILABLE(502, Retry.AFTER_DELAY),
    /** The place is full. */
    NO_CAPACITY(503, Retry.AFTER_DELAY),
    /** The sandbox, or a command in it, could not be started. */
    START_FAILED(500, Retry.NEVER),
    /** Output was forgotten before it was read: the journal's bound was reached. */
    OUTPUT_LOST(410, Retry.NEVER),
    /** The sandbox's agent does not answer any more. */
    SANDBOX_LOST(502, Retry.NEVER),
    /** A named limit on time was reached. */
    DEADLINE_EXCEEDED(504, Retry.AFTER_DELAY),
    /** The server cannot be reached, or the connection to it was cut. */
    UNAVAILABLE(503, Retry.AFTER_DELAY),
    /** The sandbox's disk is full. */
    DISK_FULL(507, Retry.NEVER),
    /** Our own mistake; the log has the cause under the request's id. */
    INTERNAL(500, Retry.NEVER),
    /** Whoever asked was interrupted before it was done; nothing struck but that. */
    INTERRUPTED(503, Retry.AFTER_DELAY),
    /** The image is broken, or made by no honest tool. */
    IMAGE_INVALID(422, Retry.NEVER),
    /** No such process in this sandbox: it has ended, and its number may be another's. */
    PROCESS_NOT_FOUND(404, Retry.NEVER);

    private final int httpStatus;
    private final Retry retry;

    ErrorCode(int httpStatus, Retry retry) {
        this.httpStatus = httpStatus;
        this.retry = retry;
    }

    /**
     * The status that HTTP doors answer with.
     *
     * @return 400 to 599
     */
    public int httpStatus() {
        return httpStatus;
    }

    /**
     * Whether the same request may be sent again.
     *
     * @return never, or after a delay
     */
    public Retry retry() {
        return retry;
    }

    /** May the same request be sent again? */
    public enum Retry {
        /** It would fail in the same way. */
        NEVER,
        /** It may succeed later. */
        AFTER_DELAY
    }
}
