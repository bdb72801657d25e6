package dev.sandjar.server.door.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.CommandResult;
import dev.sandjar.CommandSpec;
import dev.sandjar.Ending;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.server.auth.Caller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code /sessions/{id}/commands} and {@code /code}: run, and answer when it has ended. */
@Path(SessionsResource.ROOT + "/{id}")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class CommandsResource {
    private final Caller caller;
    private final Patience patience;

    CommandsResource(Caller caller, Patience patience) {
        this.caller = caller;
        this.patience = patience;
    }

    @POST
    @Path("/commands")
    public Response command(@PathParam("id") String id, InputStream body) throws InterruptedException {
        JsonBody json = JsonBody.read(body, Set.of("command", "timeout", "env", "async"));
        if (json.flag("async").orElse(false)) {
            throw SandboxException.notSupported(
                    "async", "this API", "send false, or start it in the background with &");
        }
        return run(id, shell(json.required("command")), json, json.strings("env"));
    }

    @POST
    @Path("/code")
    public Response code(@PathParam("id") String id, InputStream body) throws InterruptedException {
        JsonBody json = JsonBody.read(body, Set.of("language", "code", "timeout"));
        String language = json.text("language").orElse("python");
        return run(id, interpreter(language, json.required("code")), json, Map.of());
    }

    @POST
    @Path("/code/{language}")
    public Response code(@PathParam("id") String id, @PathParam("language") String language, InputStream body)
            throws InterruptedException {
        JsonBody json = JsonBody.read(body, Set.of("code", "timeout"));
        return run(id, interpreter(language, json.required("code")), json, Map.of());
    }

    private Response run(String id, List<String> argv, JsonBody json, Map<String, String> env)
            throws InterruptedException {
        CommandSpec command = CommandSpec.builder(argv)
                .limit(Duration.ofSeconds(json.integer("timeout", 1, 300).orElse(60)))
                .env(env)
                .build();
        Sandbox sandbox = caller.sandbox(id);
        return patience.answer(200, () -> reply(sandbox.run(command)));
    }

    /** Bash where the image has it, as people expect; any shell otherwise. Never a login shell: profile scripts cost 100 ms. */
    private static List<String> shell(String command) {
        return List.of(
                "sh", "-c", "command -v bash >/dev/null && exec bash -c \"$1\"; exec sh -c \"$1\"", "sh", command);
    }

    private static List<String> interpreter(String language, String code) {
        return switch (language) {
            case "python" -> List.of("python3", "-c", code);
            case "javascript" -> List.of("node", "-e", code);
            case "bash" -> List.of("bash", "-c", code);
            default -> throw SandboxException.invalid("language", "unknown", "python, javascript, bash");
        };
    }

    private static ObjectNode reply(CommandResult result) {
        ObjectNode reply = JsonBody.JSON.createObjectNode();
        switch (result.ending()) {
            case Ending.Exited(int code) ->
                reply.put("status", code == 0 ? "completed" : "failed").put("exitCode", code);
            case Ending.TimedOut _ -> reply.put("status", "timeout").putNull("exitCode");
            case Ending.Killed _, Ending.OutOfMemory _ ->
                reply.put("status", "failed").put("exitCode", result.exitCode());
            case Ending.Lost _ -> reply.put("status", "failed").putNull("exitCode");
        }
        reply.put("stdout", result.stdout()).put("stderr", result.stderr());
        if (result.dropped() > 0) {
            reply.put("droppedBytes", result.dropped());
        }
        return reply;
    }
}
