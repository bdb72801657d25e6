package dev.sandjar.client;

import dev.sandjar.client.http.Connections;
import dev.sandjar.client.http.HttpConnection;
import dev.sandjar.client.http.HttpResponse;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.FrameReader;
import java.io.IOException;

/** A response made of frames. For one thread, but for {@link #close}. */
final class FrameStream implements FrameSource {
    private final Connections connections;
    private final HttpConnection connection;
    private final HttpResponse response;
    private final FrameReader reader;
    private volatile boolean finished;

    FrameStream(Connections connections, HttpConnection connection, HttpResponse response) {
        this.connections = connections;
        this.connection = connection;
        this.response = response;
        this.reader = new FrameReader(response.body());
    }

    /** A header of the response. */
    String header(String name) {
        return response.header(name).orElse("");
    }

    @Override
    public Frame next() throws IOException {
        Frame frame = reader.read();
        while (frame instanceof Frame.Heartbeat) {
            frame = reader.read();
        }
        if (frame instanceof Frame.Ended || frame instanceof Frame.End || frame instanceof Frame.Failed) {
            finish();
        }
        return frame;
    }

    private void finish() {
        finished = true;
        try {
            connections.give(connection, response);
        } catch (IOException e) {
            connection.close(); // the last frame is here: what becomes of the connection is no matter
        }
    }

    /** Wants no more. After the last frame there is nothing to do. */
    @Override
    public void close() {
        if (!finished) {
            connection.close();
        }
    }
}
