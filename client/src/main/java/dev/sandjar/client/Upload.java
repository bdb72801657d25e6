package dev.sandjar.client;

import dev.sandjar.FileInfo;
import dev.sandjar.SandboxException;
import dev.sandjar.client.http.ChunkedBody;
import dev.sandjar.client.http.HttpConnection;
import dev.sandjar.client.http.HttpRequest;
import dev.sandjar.client.http.HttpResponse;
import dev.sandjar.client.http.Target;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.FrameWriter;
import dev.sandjar.wire.Infos;
import dev.sandjar.wire.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One attempt to write a file. Its end is a frame, so that a cut is never taken for one. */
final class Upload {
    private static final int PIECE = 128 * 1024;
    private static final int SMALL = 64 * 1024;
    private static final Duration ANSWER = Duration.ofMinutes(2); // above the server's own limits
    private static final int DATA_AT = ChunkedBody.ROOM + Frame.HEADER;

    private final Server server;
    private final HttpRequest request;

    Upload(Server server, Target target) {
        this.server = server;
        this.request = server.authorized(new HttpRequest("PUT", target).with("Content-Type", Frame.CONTENT_TYPE));
    }

    /**
     * Sends the content and waits until the file is written.
     *
     * @param length of the content when it is in memory; negative when that is not known
     * @throws IOException a cut
     */
    FileInfo send(InputStream content, long length, Outage outage) throws IOException {
        HttpConnection connection = server.connect(outage);
        try {
            return length >= 0 && length <= SMALL ? small(connection, content) : large(connection, content);
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private FileInfo small(HttpConnection connection, InputStream content) throws IOException {
        byte[] bytes = content.readAllBytes();
        var body = new ByteArrayOutputStream(bytes.length + 16);
        if (bytes.length > 0) {
            body.writeBytes(FrameWriter.bytes(new Frame.Data(ByteBuffer.wrap(bytes))));
        }
        body.writeBytes(FrameWriter.bytes(new Frame.End()));
        connection.send(request, body.toByteArray());
        return written(connection, connection.receive(ANSWER));
    }

    private FileInfo large(HttpConnection connection, InputStream content) throws IOException {
        ChunkedBody body = connection.sendHead(request);
        HttpResponse early = connection.receiveAny(ANSWER); // refused before a byte of it is sent, or to be continued
        if (early.status() != 100) {
            return written(connection, early);
        }
        IOException source = copy(content, body);
        try {
            return written(connection, connection.receive(ANSWER));
        } catch (SandboxException e) {
            throw source == null ? e : new SandboxException(e.code(), said(e), e.remedy(), source);
        }
    }

    private static String said(SandboxException e) {
        return e.getMessage() == null ? "" : e.getMessage();
    }

    /** Returns why the content could not be read, or null when it was, or when the server did not want all of it. */
    private static @Nullable IOException copy(InputStream content, ChunkedBody body) throws IOException {
        byte[] buffer = new byte[DATA_AT + PIECE + ChunkedBody.TAIL];
        while (true) {
            int count;
            try {
                count = content.read(buffer, DATA_AT, PIECE);
            } catch (IOException e) {
                finish(buffer, new Frame.LetGo(), body);
                return e;
            }
            if (count < 0) {
                finish(buffer, new Frame.End(), body);
                return null;
            }
            if (count > 0 && !send(buffer, new Frame.Data(ByteBuffer.wrap(buffer, DATA_AT, count)), count, body)) {
                return null;
            }
        }
    }

    private static void finish(byte[] buffer, Frame last, ChunkedBody body) throws IOException {
        if (send(buffer, last, 0, body)) {
            body.end();
        }
    }

    private static boolean send(byte[] buffer, Frame frame, int bulk, ChunkedBody body) throws IOException {
        byte[] head = FrameWriter.head(frame);
        System.arraycopy(head, 0, buffer, ChunkedBody.ROOM, head.length);
        return body.send(buffer, head.length + bulk);
    }

    private FileInfo written(HttpConnection connection, HttpResponse response) throws IOException {
        if (response.status() >= 400) {
            throw server.refusal(response); // the connection is given up, for the body may be only half sent
        }
        FileInfo info = Infos.file(Json.parse(response.body().readAllBytes()));
        server.connections().give(connection, response);
        return info;
    }
}
