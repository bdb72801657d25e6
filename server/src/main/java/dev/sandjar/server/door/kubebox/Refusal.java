package dev.sandjar.server.door.kubebox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;

/** An error as these clients know them: a status and {@code {"detail": …}}. */
final class Refusal extends RuntimeException {
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
