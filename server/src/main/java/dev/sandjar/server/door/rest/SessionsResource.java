package dev.sandjar.server.door.rest;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.sandjar.ErrorCode;
import dev.sandjar.Metadata;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxPage;
import dev.sandjar.SandboxSpec;
import dev.sandjar.SandboxState;
import dev.sandjar.server.auth.Caller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /sessions}: create, list, get, delete, extend, pause, resume. */
@Path(SessionsResource.ROOT)
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class SessionsResource {
    /** Paths as they are after {@link Paths} has taken off {@code /v1} and the newer name. */
    static final String ROOT = "/sessions";

    static final Set<String> FIELDS = Set.of("ttl", "image", "sshPublicKey", "metadata", "template");

    /** One that has failed is told by its own path alone. */
    private static final Set<SandboxState> LISTED = EnumSet.of(SandboxState.RUNNING, SandboxState.PAUSED);

    private final Caller caller;
    private final Bodies bodies;
    private final Patience patience;

    SessionsResource(Caller caller, Bodies bodies, Patience patience) {
        this.caller = caller;
        this.bodies = bodies;
        this.patience = patience;
    }

    @POST
    public Response create(
            @Context RoutingContext request,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            @HeaderParam("X-API-Key") @Nullable String apiKey)
            throws InterruptedException {
        SandboxSpec spec = spec(bodies.json(request, FIELDS));
        var sandboxes = caller.sandboxes();
        var reply = SessionReply.to(request);
        int status = apiKey == null ? 200 : 201; // the oldest client, the only one with that header, insists
        return patience.answer(request, status, () -> {
            Sandbox sandbox = key == null ? sandboxes.create(spec) : sandboxes.create(spec, key);
            return JsonAnswer.of(reply.of(sandbox.info()));
        });
    }

    @GET
    public ObjectNode list(
            @Context RoutingContext request,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("offset") @Nullable String offset) {
        int most = number("limit", limit, 50, 1, 100);
        int from = number("offset", offset, 0, 0, Integer.MAX_VALUE);
        SandboxPage page = caller.sandboxes().list(LISTED, from, most);
        ArrayNode sessions = JsonBody.JSON.createArrayNode();
        var form = SessionReply.to(request);
        page.sandboxes().forEach(info -> sessions.add(form.of(info)));
        var written = new RawValue(sessions.toString()); // once: three times is most of the work
        ObjectNode reply = JsonBody.JSON.createObjectNode();
        for (String name : List.of("sessions", "sandboxes", "sandboxs")) { // one generation of clients cannot spell
            reply.putRawValue(name, written);
        }
        return reply.put("total", page.total()).put("limit", most).put("offset", from);
    }

    @GET
    @Path("/{id}")
    public ObjectNode get(@Context RoutingContext request, @PathParam("id") String id) {
        var info = caller.sandbox(id).info();
        if (info.state() == SandboxState.FAILED) {
            throw SandboxException.lost(info.id(), info.reason().orElse("it failed"), null);
        }
        return SessionReply.to(request).of(info);
    }

    @DELETE
    @Path("/{id}")
    public ObjectNode delete(@PathParam("id") String id) {
        caller.sandbox(id).delete();
        return JsonBody.JSON.createObjectNode().put("message", "deleted");
    }

    @PATCH
    @Path("/{id}")
    public ObjectNode extend(@Context RoutingContext request, @PathParam("id") String id) throws InterruptedException {
        Duration ttl = bodies.json(request, Set.of("ttl"))
                .integer("ttl", 60, 28_800)
                .map(Duration::ofSeconds)
                .orElseThrow(() -> SandboxException.invalid("ttl", "missing", "60 to 28800"));
        return SessionReply.to(request).of(caller.sandbox(id).renew(ttl));
    }

    @POST
    @Path("/{id}/pause")
    public ObjectNode pause(@Context RoutingContext request, @PathParam("id") String id) {
        Sandbox sandbox = caller.sandbox(id);
        sandbox.pause();
        return SessionReply.to(request).of(sandbox.info());
    }

    @POST
    @Path("/{id}/resume")
    public ObjectNode resume(@Context RoutingContext request, @PathParam("id") String id) {
        Sandbox sandbox = caller.sandbox(id);
        sandbox.resume();
        return SessionReply.to(request).of(sandbox.info());
    }

    private static SandboxSpec spec(JsonBody body) {
        var builder = SandboxSpec.builder();
        body.integer("ttl", 60, 28_800).map(Duration::ofSeconds).ifPresent(builder::ttl);
        body.text("image").ifPresent(builder::image);
        body.text("template").ifPresent(builder::template);
        body.text("sshPublicKey").map(String::strip).map(List::of).ifPresent(builder::sshPublicKeys);
        body.object("metadata")
                .map(node -> JsonBody.JSON.convertValue(node, new TypeReference<Map<String, Object>>() {}))
                .map(Metadata::of)
                .ifPresent(builder::metadata);
        return builder.build();
    }

    static int number(String name, @Nullable String text, int otherwise, int least, int most) {
        if (text == null || text.isEmpty()) {
            return otherwise;
        }
        try {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
            throw SandboxException.invalid(name, value, least + " to " + most);
        } catch (NumberFormatException e) {
            throw new SandboxException(
                    ErrorCode.INVALID_ARGUMENT,
                    name + " is no number, allowed: " + least + " to " + most,
                    "send a number",
                    e);
        }
    }
}
