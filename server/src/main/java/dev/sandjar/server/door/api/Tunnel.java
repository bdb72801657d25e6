package dev.sandjar.server.door.api;

import dev.sandjar.wire.Frame;
import dev.sandjar.wire.FrameReader;
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

    /** @param socket paused, or on its event loop now */
    Tunnel(Vertx vertx, NetSocket socket) {
        this.socket = socket;
        this.sink = new FrameSink(vertx, socket::write);
        this.input = new StreamInput(socket);
        this.reader = new FrameReader(new BufferedInputStream(input));
        socket.closeHandler(_ -> {
            input.cut();
            sink.gone();
        });
    }

    Frame receive() throws IOException {
        Frame frame = reader.read();
        while (frame instanceof Frame.Heartbeat) {
            frame = reader.read();
        }
        return frame;
    }

    void send(Frame frame) throws IOException, InterruptedException {
        sink.send(frame);
    }

    /** As {@link #send}, but never waits. */
    void offer(Frame frame) {
        sink.offer(frame);
    }

    /** Ends the connection once all that was sent is on its way. */
    @Override
    public void close() {
        socket.end(sink.end());
    }
}
