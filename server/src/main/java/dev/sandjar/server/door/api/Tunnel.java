package dev.sandjar.server.door.api;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.server.body.StreamInput;
import dev.sandjar.server.connection.Cut;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.FrameReader;
import dev.sandjar.wire.MalformedFrameException;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetSocket;
import java.io.BufferedInputStream;
import java.io.IOException;

/** A connection that was upgraded: frames both ways. One thread may receive while others send. */
final class Tunnel implements AutoCloseable {
    private final NetSocket socket;
    private final StreamInput input;
    private final FrameReader reader;
    private final FrameSink sink;

    /**
     * @param socket paused, or on its event loop now
     * @param owner in whose share it stands still
     */
    Tunnel(Vertx vertx, NetSocket socket, String owner) {
        this.socket = socket;
        this.sink = new FrameSink(vertx, socket::write, owner, () -> Cut.now(socket));
        this.input = new StreamInput(socket).open();
        this.reader = new FrameReader(new BufferedInputStream(input));
        socket.closeHandler(_ -> {
            input.cut();
            sink.gone();
        });
    }

    /** Waits for the next frame that says something; a client that sends none is told so, and its connection ends. */
    Frame receive() throws IOException {
        try {
            Frame frame = reader.read();
            while (frame instanceof Frame.Heartbeat) {
                frame = reader.read();
            }
            return frame;
        } catch (MalformedFrameException e) {
            fail(refused(e));
            throw e;
        }
    }

    /** Ends the connection of a client that sent what it may not, and tells it. */
    MalformedFrameException refuse(String why) {
        var e = new MalformedFrameException(why);
        fail(refused(e));
        return e;
    }

    static SandboxException refused(MalformedFrameException e) {
        return new SandboxException(
                ErrorCode.INVALID_ARGUMENT,
                "what was sent is not made of the frames that this takes: " + e.getMessage(),
                "send application/vnd.sandjar.frames, as docs/http-api.md has it; plain bytes of a file go to"
                        + " POST /v1/sessions/ID/files",
                null);
    }

    /** Ends the connection with an error. */
    void fail(SandboxException why) {
        socket.end(sink.end(new Frame.Failed(why)));
    }

    void send(Frame frame) throws IOException, InterruptedException {
        sink.send(frame);
    }

    /** Ends the connection once all that was sent is on its way. */
    @Override
    public void close() {
        socket.end(sink.end());
        input.close(); // what nobody will read takes no memory
    }
}
