package dev.sandjar.server.door.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.Ending;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.Signal;
import dev.sandjar.server.auth.Caller;
import dev.sandjar.server.body.HeldOutput;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/** {@code /sessions/{id}/commands} and {@code /code}: run, and answer when it has ended. */
@Path(SessionsResource.ROOT + "/{id}")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class CommandsResource {
    static final Set<String> COMMAND_FIELDS = Set.of("command", "timeout", "env", "async");
    static final Set<String> CODE_FIELDS = Set.of("language", "code", "timeout");

    private final Caller caller;
    private final Bodies bodies;
    private final Patience patience;

    CommandsResource(Caller caller, Bodies bodies, Patience patience) {
        this.caller = caller;
        this.bodies = bodies;
        this.patience = patience;
    }

    @POST
    @Path("/commands")
    public Response command(@Context RoutingContext request, @PathParam("id") String id) throws InterruptedException {
        JsonBody json = bodies.json(request, COMMAND_FIELDS);
        if (json.flag("async").orElse(false)) {
            throw SandboxException.notSupported(
                    "async", "this API", "send false, or start it in the background with &");
        }
        return run(request, id, Interpreter.SHELL, json.required("command"), json, json.strings("env"));
    }

    @POST
    @Path("/code")
    public Response code(@Context RoutingContext request, @PathParam("id") String id) throws InterruptedException {
        JsonBody json = bodies.json(request, CODE_FIELDS);
        Interpreter interpreter = Interpreter.of(json.text("language").orElse("python"));
        return run(request, id, interpreter, json.required("code"), json, Map.of());
    }

    @POST
    @Path("/code/{language}")
    public Response code(
            @Context RoutingContext request, @PathParam("id") String id, @PathParam("language") String language)
            throws InterruptedException {
        JsonBody json = bodies.json(request, Set.of("code", "timeout"));
        Interpreter interpreter = Interpreter.of(language);
        return run(request, id, interpreter, json.required("code"), json, Map.of());
    }

    private Response run(
            RoutingContext request,
            String id,
            Interpreter interpreter,
            String code,
            JsonBody json,
            Map<String, String> env)
            throws InterruptedException {
        Duration limit = Duration.ofSeconds(json.integer("timeout", 1, 300).orElse(60));
        Sandbox sandbox = caller.sandbox(id);
        String owner = caller.owner(); // the worker cannot ask
        return patience.answer(
                request,
                200,
                () -> {
                    var output = HeldOutput.until(request, owner, limit);
                    Ending ending = interpreter.run(
                            sandbox,
                            code,
                            command -> sandbox.run(command.limit(limit).env(env).build(), output));
                    return to -> write(ending, output, to);
                },
                CommandsResource::late);
    }

    private static void write(Ending ending, HeldOutput output, JsonGenerator to) throws IOException {
        ObjectNode reply = JsonBody.JSON.createObjectNode();
        switch (ending) {
            case Ending.Exited(int code) ->
                reply.put("status", code == 0 ? "completed" : "failed").put("exitCode", code);
            case Ending.TimedOut _ -> reply.put("status", "timeout").putNull("exitCode");
            case Ending.Killed(Signal signal) ->
                reply.put("status", "failed")
                        .put("exitCode", ending.shellStatus())
                        .put("reason", "killed by " + signal);
            case Ending.OutOfMemory _ ->
                reply.put("status", "failed")
                        .put("exitCode", ending.shellStatus())
                        .put("reason", "out of memory");
            case Ending.Lost _ ->
                reply.put("status", "failed").putNull("exitCode").put("reason", "the sandbox is lost");
        }
        to.writeStartObject();
        for (var field : reply.properties()) {
            to.writeFieldName(field.getKey());
            to.writeTree(field.getValue());
        }
        output.write(to);
        to.writeEndObject();
    }

    /** An error after the status was sent: also a result, for clients that look for nothing else under 200. */
    private static ObjectNode late(ObjectNode error) {
        String message = error.path("message").asText();
        return error.put("status", "failed")
                .putNull("exitCode")
                .put("stdout", "")
                .put("stderr", "sandjar: " + message);
    }
}
