package dev.sandjar.compat.sessions;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;

/** What the server answered, as the error for it. */
final class Refusals {
    private static final int LONGEST_MESSAGE = 2_000;

    private Refusals() {}

    /**
     * Makes the error.
     *
     * @param what was asked for, as messages name it
     * @param everywhere whether every server of the API has it
     * @param body JSON as the API has it, or anything
     */
    static SandboxApiException of(String what, boolean everywhere, int status, RateLimit rateLimit, byte[] body) {
        JsonNode error = Answers.tolerant(body);
        String code = error.path("error").isTextual()
                ? Checks.plain(error.path("error").textValue(), 100)
                : null;
        Optional<String> said = Optional.ofNullable(error.path("message").textValue())
                .filter(text -> !text.isBlank())
                .map(text -> Checks.plain(text, LONGEST_MESSAGE));
        Map<String, Object> details = Answers.map(error.path("details"));
        String message = said.orElseGet(() -> generic(what, status));
        if (!everywhere && (status == 405 || status == 501 || (status == 404 && code == null))) {
            message += "; not every server of this API has " + what + ": where it is missing, SSH does the same";
        }
        return switch (status) {
            case 401 -> new UnauthorizedException(message, code, details, status);
            case 404 -> new SessionNotFoundException(message, code, details, status);
            case 429 -> new RateLimitException(message, code, details, rateLimit);
            default -> new SandboxOperationException(message, code, details, status);
        };
    }

    private static String generic(String what, int status) {
        return switch (status) {
            case 401 -> "the server does not accept the token (401)";
            case 404 -> "not found (404): there is no such session, or not what was asked for in it";
            case 429 -> "too many requests (429): wait, or ask less often";
            default ->
                status >= 300 && status < 400
                        ? "the server answered " + status + " to " + what
                                + ": give the address that it redirects to as apiUrl"
                        : "the server answered " + status + " to " + what;
        };
    }
}
