package dev.sandjar.server.door.kubebox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import org.jboss.logging.Logger;

/** An error as these clients know them: a status and {@code {"detail": …}}. */
final class Refusal extends RuntimeException {
    private static final Logger LOG = Logger.getLogger(Refusal.class);

    private final int status;
    private final transient JsonNode detail;

    Refusal(int status, JsonNode detail) {
        super(detail.toString());
        this.status = status;
        this.detail = detail;
    }

    Refusal(int status, String detail) {
        this(status, TextNode.valueOf(detail));
    }

    static Refusal noSession() {
        return new Refusal(400, "Session not found");
    }

    static Refusal noProcess() {
        return new Refusal(404, "No such process");
    }

    /** Of a sandbox that is gone the session is, too. */
    static Refusal of(SandboxException e) {
        return e.code() == ErrorCode.SANDBOX_NOT_FOUND
                ? noSession()
                : new Refusal(e.code().httpStatus(), text(e));
    }

    /** What the operator needs and the client is not told is in the log. */
    static Refusal known(String id, SandboxException e) {
        if (e.code() == ErrorCode.INTERNAL || e.code() == ErrorCode.START_FAILED) {
            LOG.errorf(e, "%s: %s", id, e.getMessage());
        }
        return of(e);
    }

    static Refusal unknown(String id, Exception e) {
        LOG.error(id, e);
        return of(SandboxException.internal("the request", e));
    }

    /** What happened, and what to do. */
    static String text(SandboxException e) {
        return e.getMessage() + (e.remedy().isEmpty() ? "" : "; " + e.remedy());
    }

    int status() {
        return status;
    }

    JsonNode detail() {
        return detail;
    }
}
