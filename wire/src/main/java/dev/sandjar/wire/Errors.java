package dev.sandjar.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;

/** {@link SandboxException} as JSON; its cause stays where it is. */
public final class Errors {
    private Errors() {}

    /** {@code {"code", "message", "remedy"}}. */
    public static JsonNode write(SandboxException error) {
        String message = error.getMessage();
        return Json.object()
                .put("code", error.code().name())
                .put("message", message == null ? "" : message)
                .put("remedy", error.remedy());
    }

    /**
     * Builds the exception anew. A code that this version does not know becomes {@code INTERNAL}.
     *
     * @throws SandboxException {@code INVALID_ARGUMENT} when it is no error at all
     */
    public static SandboxException read(JsonNode json) {
        var fields = new Fields(json, "error");
        return new SandboxException(
                code(fields.needText("code")), fields.needText("message"), fields.needText("remedy"), null);
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
