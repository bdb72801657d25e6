package dev.sandjar.client;

import dev.sandjar.client.http.HttpConnection;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.FrameReader;
import dev.sandjar.wire.FrameWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/** A connection that was upgraded: frames both ways. One thread may receive while others send. */
final class Tunnel implements FrameSource {
    /** What one frame carries at most, so that the other direction's news are not held up. */
    private static final int PIECE = 64 * 1024;

    private final HttpConnection connection;
    private final FrameReader reader;
    private final ReentrantLock sending = new ReentrantLock(); // one frame at a time

    Tunnel(HttpConnection connection) {
        this.connection = connection;
        this.reader = new FrameReader(connection.input());
    }

    @Override
    public Frame next() throws IOException {
        Frame frame = reader.read();
        while (frame instanceof Frame.Heartbeat) {
            frame = reader.read();
        }
        return frame;
    }

    /** Whether something has arrived, if only a part of a frame. */
    boolean hasNews() throws IOException {
        return connection.hasAnswer();
    }

    void send(Frame frame) throws IOException {
        sending.lock();
        try {
            connection.output().write(FrameWriter.bytes(frame));
        } finally {
            sending.unlock();
        }
    }

    /** Sends bytes as frames. */
    void send(byte[] from, int start, int length) throws IOException {
        for (int sent = 0; sent < length; sent += PIECE) {
            send(new Frame.Data(ByteBuffer.wrap(from, start + sent, Math.min(PIECE, length - sent))));
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
