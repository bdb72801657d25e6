package dev.sandjar.server.door.preview;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.server.limit.RateLimits;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
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

    void refuse(Exception why) {
        HttpServerResponse response = request.response();
        if (response.closed() || response.ended() || response.headWritten()) {
            return; // nobody to tell
        }
        response.headers().clear(); // the program may have begun
        switch (why) {
            case RateLimits.TooMany e -> {
                e.headers().forEach(request.response()::putHeader);
                refuse(e.error().code().httpStatus(), e.error());
            }
            case SandboxException e -> refuse(e.code().httpStatus(), e);
            case ProgramException e ->
                refuse(502, new SandboxException(ErrorCode.UNAVAILABLE, text(e.getMessage()), e.remedy(), null));
            case InterruptedException e -> refuse(SandboxException.interrupted("the request", e));
            default -> {
                LOG.error(id, why);
                refuse(500, SandboxException.internal("the request", why));
            }
        }
    }

    private void refuse(int status, SandboxException why) {
        HttpServerResponse response = request.response();
        request.resume(); // what is left of a body is passed over
        if (status == 401) {
            response.putHeader("WWW-Authenticate", "Bearer");
        }
        if (status == 429 && !response.headers().contains("Retry-After")) {
            response.putHeader("Retry-After", "1");
        }
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
