package dev.sandjar.server.door.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.server.limit.RateLimits;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Errors in the words of the sessions API: one table, and no text of the request. */
public class Errors {
    private static final Logger LOG = Logger.getLogger(Errors.class);

    @ServerExceptionMapper
    public Response known(SandboxException e, RoutingContext context) {
        String request = UUID.randomUUID().toString();
        if (e.code() == ErrorCode.INTERNAL || e.code() == ErrorCode.START_FAILED) {
            LOG.errorf(e, "request %s: %s", request, e.getMessage());
        }
        Response.ResponseBuilder response = answer(e, request, Paths.isSandboxes(context));
        if (e.code() == ErrorCode.UNAUTHENTICATED) {
            response.header("WWW-Authenticate", "Bearer");
        }
        return response.build();
    }

    @ServerExceptionMapper
    public Response tooMany(RateLimits.TooMany e, RoutingContext context) {
        return answer(e.error(), UUID.randomUUID().toString(), Paths.isSandboxes(context))
                .header("Retry-After", e.seconds())
                .header("X-RateLimit-Limit", e.taken().limit())
                .header("X-RateLimit-Remaining", e.taken().remaining())
                .header("X-RateLimit-Reset", e.taken().reset())
                .build();
    }

    @ServerExceptionMapper
    public Response http(WebApplicationException e, RoutingContext context) {
        int status = e.getResponse().getStatus();
        ObjectNode body = JsonBody.JSON
                .createObjectNode()
                .put("error", status == 404 ? "NOT_FOUND" : status == 405 ? "METHOD_NOT_ALLOWED" : "INVALID_REQUEST")
                .put("message", status == 404 ? "no such path" : "this path does not take such a request");
        return Response.status(status)
                .type(MediaType.APPLICATION_JSON)
                .entity(body)
                .build();
    }

    @ServerExceptionMapper
    public Response unknown(Throwable e, RoutingContext context) {
        return known(SandboxException.internal("the request", e), context);
    }

    private static Response.ResponseBuilder answer(SandboxException e, String request, boolean sandboxes) {
        return Response.status(e.code().httpStatus())
                .type(MediaType.APPLICATION_JSON)
                .header("X-Request-Id", request)
                .entity(body(e, request, sandboxes));
    }

    static ObjectNode body(SandboxException e, String request, boolean sandboxes) {
        ObjectNode body = JsonBody.JSON.createObjectNode();
        body.put("error", name(e.code(), sandboxes)).put("message", e.getMessage());
        ObjectNode details = body.putObject("details");
        details.put("retryable", e.code().retry() == ErrorCode.Retry.AFTER_DELAY);
        if (!e.remedy().isEmpty()) {
            details.put("remedy", e.remedy());
        }
        return body.put("timestamp", SessionReply.time(Instant.now())).put("requestId", request);
    }

    /** The names that clients of this API know; what they do not know keeps ours. */
    static String name(ErrorCode code, boolean sandboxes) {
        return switch (code) {
            case INVALID_ARGUMENT -> "INVALID_PARAMETER";
            case UNAUTHENTICATED -> "UNAUTHORIZED";
            case SANDBOX_NOT_FOUND -> sandboxes ? "SANDBOX_NOT_FOUND" : "SESSION_NOT_FOUND";
            case INTERNAL -> "INTERNAL_ERROR";
            case COMMAND_NOT_FOUND,
                    FILE_NOT_FOUND,
                    ALREADY_EXISTS,
                    INVALID_STATE,
                    PERMISSION_DENIED,
                    TOO_LARGE,
                    NOT_SUPPORTED,
                    RATE_LIMITED,
                    QUOTA_EXCEEDED,
                    IMAGE_NOT_FOUND,
                    REGISTRY_UNAVAILABLE,
                    NO_CAPACITY,
                    START_FAILED,
                    OUTPUT_LOST,
                    SANDBOX_LOST,
                    DEADLINE_EXCEEDED,
                    UNAVAILABLE,
                    DISK_FULL -> code.name();
        };
    }
}
