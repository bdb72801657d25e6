package dev.sandjar.client;

import dev.sandjar.client.http.WebSocket;
import dev.sandjar.wire.StreamMessage;
import dev.sandjar.wire.StreamMessages;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** A server whose side of each stream the test writes itself, and which need not follow any rule. */
final class WrittenServer implements AutoCloseable {
    private static final int LIMIT = 15_000; // ms; for what the client should say

    private final ServerSocket listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());

    WrittenServer() throws IOException {
        listening.setSoTimeout(LIMIT);
    }

    /** A client of it. */
    Server client() {
        return new Server(options());
    }

    /** One that waits for so long for an answer. */
    Server client(Duration answer) {
        return new Server(options(), answer);
    }

    private ServerOptions options() {
        return ServerOptions.of("http://127.0.0.1:" + listening.getLocalPort(), Map.of());
    }

    /** The client's next connection, upgraded. */
    Connection accept() throws IOException {
        Socket socket = listening.accept();
        socket.setSoTimeout(LIMIT);
        socket.setTcpNoDelay(true);
        var in = new DataInputStream(socket.getInputStream());
        String key = key(in);
        socket.getOutputStream()
                .write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: "
                                + WebSocket.accept(key) + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return new Connection(socket, in);
    }

    private static String key(DataInputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        String name = "Sec-WebSocket-Key: ";
        int at = head.indexOf(name) + name.length();
        return head.substring(at, head.indexOf("\r\n", at));
    }

    static final class Connection implements AutoCloseable {
        private final Socket socket;
        private final DataInputStream in;
        private final OutputStream out;

        Connection(Socket socket, DataInputStream in) throws IOException {
            this.socket = socket;
            this.in = in;
            this.out = socket.getOutputStream();
        }

        void write(byte[] bytes) throws IOException {
            out.write(bytes);
        }

        /** A frame that is whole. */
        private void send(int kind, byte[]... parts) throws IOException {
            int length = 0;
            for (byte[] part : parts) {
                length += part.length;
            }
            ByteBuffer frame = ByteBuffer.allocate(10 + length).put((byte) (0x80 | kind));
            if (length < 126) {
                frame.put((byte) length);
            } else {
                frame.put((byte) 127).putLong(length);
            }
            for (byte[] part : parts) {
                frame.put(part);
            }
            out.write(frame.array(), 0, frame.position());
        }

        void say(StreamMessage.FromServer message) throws IOException {
            Optional<ByteBuffer> bulk = StreamMessages.bulk(message);
            if (bulk.isPresent()) {
                byte[] bytes = new byte[bulk.get().remaining()];
                bulk.get().get(bytes);
                send(2, StreamMessages.head(message), bytes);
            } else {
                send(1, StreamMessages.head(message));
            }
        }

        /** Waits for the client's next message. */
        StreamMessage.FromClient hear() throws IOException {
            while (true) {
                int kind = in.readUnsignedByte() & 0x0f;
                byte[] payload = new byte[length(in.readUnsignedByte() & 0x7f)];
                byte[] mask = in.readNBytes(4);
                in.readFully(payload);
                for (int i = 0; i < payload.length; i++) {
                    payload[i] ^= mask[i & 3];
                }
                if (kind == 1) {
                    return StreamMessages.fromClient(payload);
                } else if (kind == 2) {
                    return StreamMessages.fromClient(ByteBuffer.wrap(payload));
                }
            }
        }

        private int length(int said) throws IOException {
            return said == 126 ? in.readUnsignedShort() : said;
        }

        /** A cut. */
        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
