package dev.sandjar.compat.kubebox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.compat.kubebox.OtherServer.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** A stream of process 7 of session s, and the connection that it comes by. */
record Streaming(SandboxClient client, StreamProcess process, Peer peer) implements AutoCloseable {
    /** Numbers its processes from 7 on. */
    static OtherServer server() throws Exception {
        var next = new AtomicInteger(7);
        return new OtherServer(request -> switch (request.path()) {
            case "/initialize" -> OtherServer.json(200, "{\"session_id\":\"s\"}");
            case "/run_command" -> OtherServer.json(200, "{\"process_id\":" + next.getAndIncrement() + "}");
            default -> OtherServer.json(404, "{\"detail\":\"Not Found\"}");
        });
    }

    static Streaming at(OtherServer server) throws Exception {
        return at(server, server.client());
    }

    static Streaming at(OtherServer server, SandboxClientBuilder builder) throws Exception {
        SandboxClient client = builder.build();
        var begun = CompletableFuture.supplyAsync(() -> {
            try {
                return client.runCommand("s", "make");
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        Peer peer = server.peer().greet();
        assertThat(peer.event("start_command_stream").path("process_id").isIntegralNumber())
                .isTrue();
        return new Streaming(client, begun.get(), peer);
    }

    /** All that comes up to the exit, and with it. */
    List<CommandEvent> rest() {
        var events = new ArrayList<CommandEvent>();
        process.forEach(events::add);
        return events;
    }

    @Override
    public void close() {
        client.close();
    }
}
