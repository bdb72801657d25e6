package dev.sandjar.compat.kubebox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ServerSocketFactory;

/** A server of the protocol that does what a test tells it to: answers requests by a function, and lets the test speak by each connection itself. */
final class OtherServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TEXT = 1;
    private static final int CLOSE = 8;

    private final ServerSocket listening;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<Peer> peers = new LinkedBlockingQueue<>();
    private final Function<Request, Reply> rest;
    final List<Request> requests = new CopyOnWriteArrayList<>();
    volatile int refusal; // of upgrades; none when 0
    volatile boolean deaf; // to goodbyes
    volatile Duration ping = Duration.ofSeconds(25);

    /** What was asked. */
    record Request(String method, String target, Map<String, String> headers, byte[] body) {
        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        String path() {
            return target.replaceFirst("\\?.*", "");
        }
    }

    /**
     * What is answered; the connection is cut instead when there is none.
     *
     * @param missing bytes that are promised besides; the connection is cut where they should be
     */
    record Reply(int status, byte[] body, int missing) {
        Reply(int status, byte[] body) {
            this(status, body, 0);
        }
    }

    static Reply json(int status, String body) {
        return new Reply(status, body.getBytes(StandardCharsets.UTF_8));
    }

    OtherServer(Function<Request, Reply> rest) throws IOException {
        this(rest, ServerSocketFactory.getDefault());
    }

    OtherServer(Function<Request, Reply> rest, ServerSocketFactory factory) throws IOException {
        this.rest = rest;
        this.listening = factory.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    Socket socket = listening.accept();
                    open.add(socket);
                    Thread.ofVirtual().start(() -> serve(socket));
                }
            } catch (IOException closed) {
                // at the end of the test
            }
        });
    }

    String url() {
        return "http://127.0.0.1:" + listening.getLocalPort();
    }

    int port() {
        return listening.getLocalPort();
    }

    SandboxClientBuilder client() {
        return SandboxClient.builder().url(url());
    }

    /** The next connection that was made. */
    Peer peer() throws InterruptedException {
        Peer peer = peers.poll(20, TimeUnit.SECONDS);
        if (peer == null) {
            throw new AssertionError("nobody has connected");
        }
        return peer;
    }

    private void serve(Socket socket) {
        try (socket) {
            var in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            for (Request request = read(in); request != null; request = read(in)) {
                requests.add(request);
                if (request.headers().containsKey("Upgrade")) {
                    upgrade(request, socket, in);
                    return;
                }
                Reply reply = rest.apply(request);
                if (reply == null) {
                    return;
                }
                write(socket.getOutputStream(), reply);
                if (reply.missing() > 0) {
                    return;
                }
            }
        } catch (IOException | GeneralSecurityException cut) {
            // as the test wants it
        } finally {
            open.remove(socket);
        }
    }

    private static void write(OutputStream out, Reply reply) throws IOException {
        int promised = reply.body().length + reply.missing();
        out.write(("HTTP/1.1 " + reply.status() + " Whatever\r\nContent-Length: " + promised + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        out.write(reply.body());
        out.flush();
    }

    private static Request read(DataInputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                return null;
            }
            head.append((char) c);
        }
        String[] lines = head.toString().split("\r\n");
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        for (String header : List.of(lines).subList(1, lines.length)) {
            String[] pair = header.split(":", 2);
            headers.put(pair[0], pair[1].strip());
        }
        String[] words = lines[0].split(" ");
        byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("Content-Length", "0")));
        return new Request(words[0], words[1], headers, body);
    }

    private void upgrade(Request request, Socket socket, DataInputStream in)
            throws IOException, GeneralSecurityException {
        if (refusal != 0) {
            write(socket.getOutputStream(), json(refusal, ""));
            return;
        }
        String accept = request.headers().get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        byte[] digest = MessageDigest.getInstance("SHA-1").digest(accept.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream()
                .write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                + "Sec-WebSocket-Accept: "
                                + Base64.getEncoder().encodeToString(digest) + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        var peer = new Peer(socket);
        peers.add(peer);
        peer.hear(in);
    }

    /** One connection. Greets and is greeted by the test's word. */
    final class Peer {
        private final Socket socket;
        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

        private Peer(Socket socket) {
            this.socket = socket;
        }

        private void hear(DataInputStream in) throws IOException {
            while (true) {
                int opcode = in.readUnsignedByte() & 0x0f;
                int length = in.readUnsignedByte() & 0x7f;
                length = length == 126 ? in.readUnsignedShort() : length;
                byte[] mask = in.readNBytes(4);
                byte[] content = in.readNBytes(length);
                for (int i = 0; i < length; i++) {
                    content[i] ^= mask[i % 4];
                }
                heard.add(opcode == CLOSE ? "closed" : new String(content, StandardCharsets.UTF_8));
                if (opcode == CLOSE && !deaf) {
                    return;
                }
            }
        }

        /** Lets it in, and binds it to its session. */
        Peer greet() throws Exception {
            greetOnly();
            JsonNode asked = event("initialize");
            event("initialized", "{\"status\":\"success\",\"session_id\":" + asked.path("session_id") + "}");
            return this;
        }

        Peer greetOnly() throws Exception {
            send("0{\"sid\":\"a\",\"upgrades\":[],\"pingTimeout\":" + ping.toMillis() + ",\"pingInterval\":"
                    + ping.toMillis() + ",\"maxPayload\":10000000}");
            if (!message().equals("40")) {
                throw new AssertionError("it does not connect");
            }
            send("40{\"sid\":\"b\"}");
            return this;
        }

        /** The next message. */
        String message() throws InterruptedException {
            String message = heard.poll(20, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("nothing was said");
            }
            return message;
        }

        /** The next event, which must be this one. */
        JsonNode event(String name) throws Exception {
            String message = message();
            JsonNode event = message.startsWith("42") ? JSON.readTree(message.substring(2)) : JSON.nullNode();
            if (!event.path(0).asText().equals(name)) {
                throw new AssertionError("not " + name + " but " + message);
            }
            return event.path(1);
        }

        void event(String name, String payload) throws IOException {
            send("42[\"" + name + "\"," + payload + "]");
        }

        void output(long processId, String text) throws IOException {
            output(processId, "stdout", text, "");
        }

        /** @param more of the payload, with a comma before it */
        void output(long processId, String type, String text, String more) throws IOException {
            event(
                    "command_output",
                    "{\"session_id\":\"s\",\"process_id\":" + processId + ",\"type\":\"" + type + "\",\"output\":"
                            + JSON.writeValueAsString(text) + more + "}");
        }

        void exit(long processId, int code) throws IOException {
            event("command_exit", "{\"session_id\":\"s\",\"process_id\":" + processId + ",\"exit_code\":" + code + "}");
        }

        void status(String running, String more) throws IOException {
            event("status", "{\"running\":" + running + ",\"session_id\":\"s\"" + more + "}");
        }

        void send(String text) throws IOException {
            frame(TEXT, text.getBytes(StandardCharsets.UTF_8));
        }

        void frame(int opcode, byte[] content) throws IOException {
            var head = ByteBuffer.allocate(10).put((byte) (0x80 | opcode));
            if (content.length < 126) {
                head.put((byte) content.length);
            } else if (content.length < 65_536) {
                head.put((byte) 126).putShort((short) content.length);
            } else {
                head.put((byte) 127).putLong(content.length);
            }
            var out = new ByteArrayOutputStream();
            out.write(head.array(), 0, head.position());
            out.writeBytes(content);
            synchronized (socket) {
                socket.getOutputStream().write(out.toByteArray());
            }
        }

        void cut() throws IOException {
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
