package dev.sandjar.server.door.preview;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.server.connection.Cut;
import dev.sandjar.server.limit.RateLimits;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What we say ourselves where a program says nothing: as JSON, and as a page to a browser. */
final class Refusals {
    private static final Logger LOG = Logger.getLogger(Refusals.class);

    private final HttpServerRequest request;
    private final String id;

    /** @param id names the request, in its answer and in the log */
    Refusals(HttpServerRequest request, String id) {
        this.request = request;
        this.id = id;
    }

    /** Instead of an answer; one that has begun is cut, which is no end. */
    void refuse(Exception why) {
        HttpServerResponse response = request.response();
        Map<String, String> headers = why instanceof RateLimits.TooMany many ? many.headers() : Map.of();
        SandboxException error = error(why);
        if (!response.headWritten()) {
            response.headers().clear(); // the program may have begun
            headers.forEach(response::putHeader);
            answer(why instanceof ProgramException ? 502 : error.code().httpStatus(), error);
        } else if (!response.ended()) {
            Cut.now(request.connection());
        }
    }

    private SandboxException error(Exception why) {
        return switch (why) {
            case RateLimits.TooMany e -> e.error();
            case SandboxException e -> e;
            case ProgramException e -> new SandboxException(ErrorCode.UNAVAILABLE, text(e.getMessage()), e.remedy(), e);
            case InterruptedException e -> SandboxException.interrupted("the request", e);
            case IOException e -> new SandboxException(ErrorCode.UNAVAILABLE, "the connection was cut", "try again", e);
            default -> {
                LOG.error(id, why);
                yield SandboxException.internal("the request", why);
            }
        };
    }

    private void answer(int status, SandboxException why) {
        HttpServerResponse response = request.response();
        if (response.closed()) {
            return; // nobody to tell
        }
        if (status == 401) {
            response.putHeader("WWW-Authenticate", "Bearer");
        }
        if (status == 429 && !response.headers().contains("Retry-After")) {
            response.putHeader("Retry-After", "1");
        }
        request.resume(); // what is left of a body is passed over
        boolean page = text(request.getHeader("Accept")).contains("text/html");
        response.setStatusCode(status)
                .putHeader("X-Request-Id", id)
                .putHeader("Cache-Control", "no-store")
                .putHeader("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
                .putHeader("Content-Type", page ? "text/html; charset=utf-8" : "application/json")
                .end(page ? page(status, why) : json(why));
    }

    private String json(SandboxException why) {
        String code = why.code().name();
        return new JsonObject()
                .put("error", code)
                .put("code", code)
                .put("message", text(why.getMessage()))
                .put("remedy", why.remedy())
                .put("requestId", id)
                .encode();
    }

    private String page(int status, SandboxException why) {
        return """
                <!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>%d</title>
                <style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui;max-width:40rem;margin:20vh auto;padding:0 1rem}</style>
                <h1>%s</h1><p>%s</p><p><small>sandjar · %d %s · %s</small></p>
                """.formatted(status, escaped(text(why.getMessage())), escaped(why.remedy()), status, why.code(), id);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String text(@Nullable String text) {
        return Objects.requireNonNullElse(text, "");
    }
}
