package dev.sandjar.server.door.stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.CommandId;
import dev.sandjar.Output;
import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxException;
import dev.sandjar.server.body.Outgoing;
import dev.sandjar.server.connection.Cut;
import dev.sandjar.wire.Errors;
import dev.sandjar.wire.Json;
import dev.sandjar.wire.StreamMessage;
import dev.sandjar.wire.StreamMessages;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * A command's output as Server-Sent Events, for clients that only read. An event's id is the offset after it, so that a browser that was cut goes on there by
 * itself. Text is text where it is whole; what is no UTF-8, or would have to wait for its rest behind another stream's bytes, is base64.
 */
final class CommandEvents {
    private static final long HEARTBEAT = 10_000; // ms

    private CommandEvents() {}

    static void serve(Vertx vertx, StreamRoutes.Visit visit) throws IOException, InterruptedException {
        HttpServerRequest request = visit.request();
        CommandId id = CommandId.parse(visit.path().getOrDefault("command", ""))
                .orElseThrow(() -> SandboxException.commandNotFound("of that id"));
        long from = offset(request);
        try (RunningCommand command = visit.sandbox().attach(id, from)) {
            Iterator<Output> output = command.output();
            HttpServerResponse response = request.resume()
                    .response()
                    .setChunked(true)
                    .putHeader("Content-Type", "text/event-stream")
                    .putHeader("Cache-Control", "no-store")
                    .putHeader("X-Accel-Buffering", "no"); // of a proxy, which would hold events back
            var out = new Outgoing<Buffer>(
                    pieces -> response.write(joined(pieces)),
                    Buffer::length,
                    visit.owner(),
                    () -> Cut.now(request.connection()));
            Thread thread = Thread.currentThread();
            response.closeHandler(_ -> {
                out.gone();
                thread.interrupt(); // nobody reads any more
            });
            long timer = vertx.setPeriodic(HEARTBEAT, _ -> out.ifSilent(Buffer.buffer(":\n\n")));
            try {
                send(command, output, from, out);
                response.end(joined(out.end()));
            } finally {
                vertx.cancelTimer(timer);
            }
        }
    }

    private static void send(RunningCommand command, Iterator<Output> output, long from, Outgoing<Buffer> out)
            throws IOException, InterruptedException {
        var text = new EventText();
        out.send(Buffer.buffer(":\n\n")); // the client waits to hear that it follows
        long end = from;
        try {
            while (output.hasNext()) {
                Output next = output.next();
                end = next.end();
                for (EventText.Event event : text.events(next)) {
                    out.send(event(event.name(), event.end(), event.json()));
                }
            }
            rest(text, out);
            out.send(event("ended", end, ended(command, end)));
        } catch (SandboxException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException("the client is gone");
            }
            rest(text, out);
            out.send(event("failed", end, Errors.write(e)));
        }
    }

    private static void rest(EventText text, Outgoing<Buffer> out) throws IOException, InterruptedException {
        for (EventText.Event event : text.rest()) {
            out.send(event(event.name(), event.end(), event.json()));
        }
    }

    /** As on the WebSocket, without what only that needs. */
    private static ObjectNode ended(RunningCommand command, long total) throws InterruptedException {
        byte[] message = StreamMessages.head(new StreamMessage.Ended(0, command.await(), total));
        try {
            ObjectNode json = (ObjectNode) Json.parse(message);
            json.remove(List.of("type", "channel"));
            return json;
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException(e); // our own
        }
    }

    private static Buffer event(String name, long id, ObjectNode data) {
        return Buffer.buffer("id: " + id + "\nevent: " + name + "\ndata: "
                + new String(Json.bytes(data), StandardCharsets.UTF_8) + "\n\n");
    }

    private static Buffer joined(List<Buffer> pieces) {
        Buffer all = Buffer.buffer();
        pieces.forEach(all::appendBuffer);
        return all;
    }

    /** The header of a browser that comes back goes before what its page has asked for. */
    private static long offset(HttpServerRequest request) {
        String asked = Optional.ofNullable(request.getHeader("Last-Event-ID"))
                .or(() -> Optional.ofNullable(request.getParam("offset")))
                .orElse("0");
        if (!asked.matches("[0-9]{1,18}")) {
            throw SandboxException.invalid("offset or Last-Event-ID", "something else", "a whole number");
        }
        return Long.parseLong(asked);
    }
}
