package dev.sandjar.compat.sessions;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ServerSocketFactory;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLSocket;

/** A server of the API that is not ours: it answers what a test tells it to, or does not, and remembers what it was asked. */
final class OtherServer implements AutoCloseable {
    static final String TOKEN = "secret-token";

    private final ServerSocket listening;
    private final BlockingQueue<Behaviour> behaviours = new LinkedBlockingQueue<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    final CountDownLatch bodyBegun = new CountDownLatch(1);
    final List<String> serverNames = new CopyOnWriteArrayList<>(); // that TLS connections asked for
    final List<Request> requests = new CopyOnWriteArrayList<>();

    /**
     * What was asked.
     *
     * @param head as it came
     */
    record Request(String head, String method, String target, Map<String, String> headers, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /** One answer. Failing cuts the connection. */
    interface Behaviour {
        void answer(OutputStream out) throws IOException;
    }

    OtherServer(Behaviour... inThisOrder) throws IOException {
        this(ServerSocketFactory.getDefault(), inThisOrder);
    }

    OtherServer(ServerSocketFactory factory, Behaviour... inThisOrder) throws IOException {
        behaviours.addAll(List.of(inThisOrder));
        listening = factory.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
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

    static Behaviour json(int status, String body) {
        return answer(status, body, "Content-Type: application/json");
    }

    static Behaviour answer(int status, String body, String... headers) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return out -> {
            out.write(head(status, "Content-Length: " + bytes.length, headers));
            out.write(bytes);
        };
    }

    static byte[] head(int status, String first, String... headers) {
        var head = new StringBuilder("HTTP/1.1 " + status + " Whatever\r\n" + first + "\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    static Behaviour cut() {
        return _ -> {
            throw new IOException("cut");
        };
    }

    /** Says that there is more than comes. */
    static Behaviour cutAfter(String part, int announced) {
        return out -> {
            out.write(head(200, "Content-Length: " + announced));
            out.write(part.getBytes(StandardCharsets.UTF_8));
            throw new IOException("cut");
        };
    }

    static String session(String id) {
        return "{\"sessionId\": \"%s\", \"status\": \"running\", \"createdAt\": \"2026-01-02T03:04:05Z\", \"expiresAt\": \"2026-01-02T04:04:05Z\"}"
                .formatted(id);
    }

    int port() {
        return listening.getLocalPort();
    }

    String url() {
        return "http://127.0.0.1:" + port() + "/v1";
    }

    SessionsClient client() {
        return new SessionsClient(url(), TOKEN);
    }

    private void serve(Socket socket) {
        try (socket) {
            var in = new BufferedInputStream(socket.getInputStream());
            while (true) {
                Request request = read(in);
                if (request == null) {
                    return;
                }
                if (socket instanceof SSLSocket secure && secure.getSession() instanceof ExtendedSSLSession session) {
                    session.getRequestedServerNames()
                            .forEach(name -> serverNames.add(((SNIHostName) name).getAsciiName()));
                }
                requests.add(request);
                Behaviour behaviour = behaviours.poll();
                if (behaviour == null) {
                    throw new IOException("asked more often than the test has answers");
                }
                behaviour.answer(socket.getOutputStream());
                socket.getOutputStream().flush();
            }
        } catch (IOException cut) {
            // as the test wants it
        } finally {
            open.remove(socket);
        }
    }

    private Request read(InputStream in) throws IOException {
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
            headers.put(
                    header.substring(0, header.indexOf(':')),
                    header.substring(header.indexOf(':') + 1).strip());
        }
        String[] words = lines[0].split(" ");
        return new Request(head.toString(), words[0], words[1], headers, body(in, headers));
    }

    private byte[] body(InputStream in, Map<String, String> headers) throws IOException {
        if (!headers.containsKey("Transfer-Encoding")) {
            return in.readNBytes(Integer.parseInt(headers.getOrDefault("Content-Length", "0")));
        }
        var body = new ByteArrayOutputStream();
        for (int size = Integer.parseInt(line(in), 16); size > 0; size = Integer.parseInt(line(in), 16)) {
            body.write(in.readNBytes(size));
            bodyBegun.countDown();
            line(in);
        }
        line(in);
        return body.toByteArray();
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            line.append((char) c);
        }
        return line.toString().strip();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
