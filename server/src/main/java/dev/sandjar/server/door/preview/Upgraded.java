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
import java.time.Duration;
import java.util.Optional;

/** A client after both sides have agreed to WebSocket: bytes both ways, whatever they mean. */
final class Upgraded {
    private final NetSocket socket;
    private final StreamInput input;
    private final ToClient output;
    private final Stall stall;
    private final Duration idle;

    /** On its event loop. */
    private Upgraded(NetSocket socket, String owner, Stall stall, Duration idle) {
        this.socket = socket;
        this.stall = stall;
        this.idle = idle;
        input = new StreamInput(socket.pause(), StreamInput.ANY_TIME).open();
        output = new ToClient(socket::write, stall::moved, owner);
        Tunnelled.allow(socket, input::end);
    }

    /**
     * @param loop of the request
     * @param idle how long it may be silent
     */
    static Upgraded of(HttpServerRequest request, Context loop, String owner, Stall stall, Duration idle)
            throws IOException, InterruptedException {
        return Handover.await(
                request, loop, HttpServerRequest::toNetSocket, socket -> new Upgraded(socket, owner, stall, idle));
    }

    /** Returns once the program has said all, or either is gone. */
    void carry(AnswerReader answer, SandboxConnection program) throws InterruptedException {
        try (input) {
            Runnable stop = () -> {
                input.cut();
                output.stop();
                program.close();
            };
            stall.watch(idle, stop);
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
