package dev.sandjar.server.door.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.server.connection.Cut;
import dev.sandjar.server.limit.RateLimits;
import dev.sandjar.server.observe.RequestIds;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Errors in the words of the sessions API: one table, and no text of the request. */
public class Errors {
    private static final Logger LOG = Logger.getLogger(Errors.class);
    private static final Map<Integer, String> HTTP = Map.of(
            404, "no such path",
            405, "this path does not take this method",
            406, "this path has no answer of a type that you accept",
            415, "this path does not take a body of this type");

    @ServerExceptionMapper
    public Response known(SandboxException e, RoutingContext context) {
        Response.ResponseBuilder response = answer(e, context);
        if (e.code() == ErrorCode.UNAUTHENTICATED) {
            response.header(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        }
        if (e.code() == ErrorCode.RATE_LIMITED) {
            response.header(HttpHeaders.RETRY_AFTER, 1);
        }
        return response.build();
    }

    @ServerExceptionMapper
    public Response tooMany(RateLimits.TooMany e, RoutingContext context) {
        Response.ResponseBuilder response = answer(e.error(), context);
        e.headers().forEach(response::header);
        return response.build();
    }

    /** What the HTTP layer refuses before any of our code is asked. */
    @ServerExceptionMapper
    public Response http(WebApplicationException e, RoutingContext context) {
        int status = e.getResponse().getStatus();
        ObjectNode body = JsonBody.JSON
                .createObjectNode()
                .put("error", status == 404 ? "NOT_FOUND" : status == 405 ? "METHOD_NOT_ALLOWED" : "INVALID_REQUEST")
                .put("message", HTTP.getOrDefault(status, "this path does not take such a request"));
        body.putObject("details").put("retryable", false).put("remedy", "GET /openapi lists what there is");
        return response(status, stamped(body, context), context).build();
    }

    /** What ends an answer that had begun comes wrapped, and is no mistake of ours. */
    @ServerExceptionMapper
    public Response unknown(Throwable e, RoutingContext context) {
        if (e.getCause() instanceof SandboxException why) {
            return known(why, context);
        }
        if (e instanceof IOException && context.response().headWritten()) {
            return known(new SandboxException(ErrorCode.INTERRUPTED, "the client has left", "", e), context);
        }
        return known(SandboxException.internal("the request", e), context);
    }

    private static Response.ResponseBuilder answer(SandboxException e, RoutingContext context) {
        return response(e.code().httpStatus(), body(e, context), context);
    }

    private static Response.ResponseBuilder response(int status, ObjectNode body, RoutingContext context) {
        if (context.response().headWritten()) {
            Cut.now(context.request().connection()); // or an error's body would follow and end it as if it were whole
        }
        return Response.status(status).type(MediaType.APPLICATION_JSON).entity(body);
    }

    /** What the client is told; what it is not, but the operator needs, goes into the log under the same id. */
    static ObjectNode body(SandboxException e, RoutingContext context) {
        if (e.code() == ErrorCode.INTERNAL || e.code() == ErrorCode.START_FAILED) {
            LOG.errorf(e, "%s: %s", RequestIds.of(context), e.getMessage());
        }
        ObjectNode body = JsonBody.JSON.createObjectNode();
        body.put("error", name(e.code(), Paths.isSandboxes(context))).put("message", e.getMessage());
        ObjectNode details = body.putObject("details");
        details.put("retryable", e.code().retry() == ErrorCode.Retry.AFTER_DELAY);
        if (!e.remedy().isEmpty()) {
            details.put("remedy", e.remedy());
        }
        return stamped(body, context);
    }

    private static ObjectNode stamped(ObjectNode body, RoutingContext context) {
        return body.put("timestamp", SessionReply.time(Instant.now())).put("requestId", RequestIds.of(context));
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
                    DISK_FULL,
                    INTERRUPTED,
                    IMAGE_INVALID,
                    PROCESS_NOT_FOUND -> code.name();
        };
    }
}
