package dev.sandjar.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import java.util.Optional;

/** {@link SandboxException} as JSON; its cause stays where it is. */
public final class Errors {
    private Errors() {}

    /** {@code {"code", "message", "remedy"}}. */
    public static ObjectNode write(SandboxException error) {
        String message = error.getMessage();
        return Json.object()
                .put("code", error.code().name())
                .put("message", message == null ? "" : message)
                .put("remedy", error.remedy());
    }

    /** And {@code "requestId"}: under that the server's log says more. */
    public static JsonNode write(SandboxException error, String requestId) {
        return write(error).put("requestId", requestId);
    }

    /**
     * Builds the exception anew. A code that this version does not know becomes {@code INTERNAL}. Where only the server's log says more, the
     * remedy names the request.
     *
     * @throws SandboxException {@code INVALID_ARGUMENT} when it is no error at all
     */
    public static SandboxException read(JsonNode json) {
        var fields = new Fields(json, "error");
        ErrorCode code = code(fields.needText("code"));
        String remedy = fields.needText("remedy");
        Optional<String> request =
                fields.text("requestId").filter(_ -> code == ErrorCode.INTERNAL || code == ErrorCode.START_FAILED);
        return new SandboxException(
                code,
                fields.needText("message"),
                request.map(id -> remedy.isEmpty() ? "request " + id : remedy + " (request " + id + ")")
                        .orElse(remedy),
                null);
    }

    private static ErrorCode code(String name) {
        for (ErrorCode code : ErrorCode.values()) {
            if (code.name().equals(name)) {
                return code;
            }
        }
        return ErrorCode.INTERNAL;
    }
}
