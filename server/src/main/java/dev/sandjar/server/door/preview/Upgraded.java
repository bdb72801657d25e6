package dev.sandjar.server.door.preview;

import dev.sandjar.SandboxConnection;
import dev.sandjar.server.body.StreamInput;
import dev.sandjar.server.connection.Cut;
import dev.sandjar.server.connection.Handover;
import dev.sandjar.server.connection.Tunnelled;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Context;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A client after both sides have agreed to WebSocket: bytes both ways, whatever they mean. */
final class Upgraded {
    private final NetSocket socket;
    private final StreamInput input;
    private final ToClient output;
    private final Stall stall;
    private final PreviewLimits limits;
    private final CompletableFuture<Void> said = new CompletableFuture<>(); // all that the client has to say

    /** On its event loop. */
    private Upgraded(NetSocket socket, String owner, Stall stall, PreviewLimits limits) {
        this.socket = socket;
        this.stall = stall;
        this.limits = limits;
        input = new StreamInput(socket.pause()).open();
        output = new ToClient(socket::write, stall::moved, owner);
        Tunnelled.allow(socket, () -> {
            input.end();
            said.complete(null);
        });
    }

    /**
     * @param loop of the request
     */
    static Upgraded of(HttpServerRequest request, Context loop, String owner, Stall stall, PreviewLimits limits)
            throws IOException, InterruptedException {
        return Handover.await(
                request, loop, HttpServerRequest::toNetSocket, socket -> new Upgraded(socket, owner, stall, limits));
    }

    /** Returns once the program has said all, or either is gone. */
    void carry(AnswerReader answer, SandboxConnection program) throws InterruptedException {
        try (input) {
            Runnable stop = () -> {
                input.cut();
                output.stop();
                program.close();
            };
            stall.watch(limits.idle(), stop);
            said.thenRun(() -> stall.watch(limits.answer(), stop)); // perhaps it is gone, which nobody hears
            socket.closeHandler(_ -> stop.run());
            Thread.ofVirtual().name("preview-up").start(() -> up(program));
            down(answer);
            socket.end(output.rest());
        } catch (IOException cut) {
            Cut.now(socket);
        }
    }

    private void up(SandboxConnection program) {
        try (OutputStream to = program.output()) {
            for (byte[] piece = input.next(); piece != null; piece = input.next()) {
                to.write(piece);
                stall.moved();
            }
        } catch (IOException cut) {
            program.close(); // ends the other direction too
        }
    }

    private void down(AnswerReader from) throws IOException, InterruptedException {
        for (Optional<ByteBuf> bytes = from.bytes(); bytes.isPresent(); bytes = from.bytes()) {
            stall.moved();
            output.send(bytes.get());
        }
    }
}
