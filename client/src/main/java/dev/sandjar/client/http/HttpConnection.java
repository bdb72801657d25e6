package dev.sandjar.client.http;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One connection to a server. One thread at a time sends a request and takes its response; after an upgrade one may read while another
 * writes. {@link #close} may come from anywhere, and an interruption of a thread that waits here closes it too.
 */
public final class HttpConnection implements AutoCloseable {
    private static final int LONGEST_LINE = 16 * 1024;
    private static final int MOST_HEADERS = 100;
    private static final int BUFFER = 64 * 1024;

    private final Address address;
    private final SocketChannel channel;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private long idleSince;
    private boolean connecting; // the last request was CONNECT
    private int unanswered; // requests whose responses nobody has taken

    private HttpConnection(Address address, SocketChannel channel, Socket socket) throws IOException {
        this.address = address;
        this.channel = channel;
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), BUFFER);
        this.out = socket.getOutputStream();
    }

    /** Connects to the first of the host's addresses that answers. */
    static HttpConnection open(Address address, Trust trust, Duration limit) throws IOException {
        IOException why = null;
        for (InetAddress ip : InetAddress.getAllByName(address.host())) {
            try {
                return open(address, new InetSocketAddress(ip, address.port()), trust, limit);
            } catch (IOException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                why = e;
            }
        }
        throw why == null ? new HttpException("a host without an address") : why;
    }

    private static HttpConnection open(Address address, InetSocketAddress ip, Trust trust, Duration limit)
            throws IOException {
        SocketChannel channel = SocketChannel.open(); // a channel, because its streams can be interrupted
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            channel.socket().connect(ip, (int) limit.toMillis());
            Socket plain = channel.socket();
            return new HttpConnection(address, channel, address.tls() ? trust.secure(plain, address, limit) : plain);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Sends a request with a body that is whole; an empty one is none. */
    public void send(HttpRequest request, byte[] body) throws IOException {
        String length = body.length > 0 || !List.of("GET", "CONNECT").contains(request.method())
                ? "Content-Length: " + body.length + "\r\n"
                : "";
        connecting = request.method().equals("CONNECT");
        byte[] head = head(request, length);
        byte[] both = java.util.Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, both, head.length, body.length);
        out.write(both);
    }

    /** Sends a request whose body follows through {@link ChunkedBody}, once the server says that it may. */
    public ChunkedBody sendHead(HttpRequest request) throws IOException {
        out.write(head(request, "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n"));
        return new ChunkedBody(out, this::hasAnswer);
    }

    private byte[] head(HttpRequest request, String framing) {
        var head = new StringBuilder(256)
                .append(request.method())
                .append(' ')
                .append(address.path())
                .append(request.target())
                .append(" HTTP/1.1\r\nHost: ")
                .append(address.authority())
                .append("\r\n");
        for (int i = 0; i < request.headers().size(); i += 2) {
            head.append(clean(request.headers().get(i)))
                    .append(": ")
                    .append(clean(request.headers().get(i + 1)))
                    .append("\r\n");
        }
        return head.append(framing).append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String clean(String header) {
        return header.replaceAll("[^\\t\\x20-\\x7e]", "?"); // no line may be smuggled in
    }

    /**
     * Waits for a response.
     *
     * @param limit for each wait on the socket, now and while the body is read
     */
    public HttpResponse receive(Duration limit) throws IOException {
        HttpResponse response = receiveAny(limit);
        while (response.status() == 100) {
            response = receiveAny(limit);
        }
        return response;
    }

    /** As {@link #receive}, but {@code 100 Continue} is a response too. */
    public HttpResponse receiveAny(Duration limit) throws IOException {
        patience(limit);
        String[] start = Lines.read(in, LONGEST_LINE).split(" ", 3);
        if (start.length < 2 || !start[0].startsWith("HTTP/1.") || !start[1].matches("[1-5][0-9][0-9]")) {
            throw new HttpException("an answer that is not HTTP");
        }
        int status = Integer.parseInt(start[1]);
        Map<String, String> headers = headers();
        return new HttpResponse(
                status, headers, new BodyInput(in, connecting && status < 300 ? 0 : bodyLength(status, headers)));
    }

    private Map<String, String> headers() throws IOException {
        var headers = new HashMap<String, String>();
        for (String line = Lines.read(in, LONGEST_LINE); !line.isEmpty(); line = Lines.read(in, LONGEST_LINE)) {
            int colon = line.indexOf(':');
            if (colon < 1 || headers.size() >= MOST_HEADERS) {
                throw new HttpException("a malformed head");
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return headers;
    }

    private static long bodyLength(int status, Map<String, String> headers) throws HttpException {
        if (status < 200 || status == 204 || status == 304) {
            return 0;
        }
        if (headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")) {
            return -1;
        }
        String length = headers.getOrDefault("content-length", "");
        if (!length.matches("[0-9]{1,18}")) {
            throw new HttpException("a body of unknown length"); // one that ends with the connection could be a cut
        }
        return Long.parseLong(length);
    }

    /** What comes after an upgrade. */
    public InputStream input() {
        return in;
    }

    /** Where to write after an upgrade. */
    public OutputStream output() {
        return out;
    }

    /** How long a read may wait from now on. */
    public void patience(Duration limit) throws IOException {
        socket.setSoTimeout(Math.clamp(limit.toMillis(), 1, Integer.MAX_VALUE));
    }

    /** Whether something has arrived already. */
    public boolean hasAnswer() throws IOException {
        return in.available() > 0;
    }

    // ---- for Connections

    void leaveUnanswered() {
        unanswered++;
    }

    /** Takes the answers that nobody has waited for. */
    void settle(Duration limit) throws IOException {
        for (; unanswered > 0; unanswered--) {
            if (!receive(limit).finish()) {
                throw new HttpException("a connection that cannot be used again");
            }
        }
    }

    void idle() {
        idleSince = System.nanoTime();
    }

    /** Whether the server still holds it open, as far as that can be seen without sending. */
    boolean isFresh(Duration oldest) {
        try {
            if (System.nanoTime() - idleSince > oldest.toNanos() || in.available() > 0) {
                return false;
            }
            channel.configureBlocking(false);
            try {
                return channel.read(ByteBuffer.allocate(1)) == 0;
            } finally {
                channel.configureBlocking(true);
            }
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            channel.close(); // never the secured socket: its close would wait for a writer
        } catch (IOException e) {
            // it is closed for us
        }
    }
}
