package dev.sandjar.compat.sessions;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** One attempt at a tunnel, within a limit of time. */
final class Connecting {
    private static final int LONGEST_HEAD = 16 << 10;
    private static final int LONGEST_ERROR = 64 << 10;

    private final Access access;
    private final Tls tls;
    private final Duration limit;
    private final long began = System.nanoTime();

    Connecting(Access access, Tls tls, Duration limit) {
        this.access = access;
        this.tls = tls;
        this.limit = limit;
    }

    HttpConnectTunnel open(String request) throws IOException {
        Socket socket = connect();
        try {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            var input = new BufferedInputStream(socket.getInputStream()); // what follows the head stays in it
            String[] head = head(socket, input).split("\r\n");
            int status = status(head[0]);
            if (status != 200) {
                throw refusal(socket, input, status, headers(head));
            }
            socket.setSoTimeout(0);
            return new HttpConnectTunnel(socket, input);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private Socket connect() throws IOException {
        var socket = new Socket();
        try {
            socket.setTcpNoDelay(true); // else every key that is typed waits for the answer to the one before
            socket.connect(new InetSocketAddress(access.host(), access.port()), left());
            socket.setSoTimeout(left());
        } catch (IOException e) {
            socket.close();
            throw e instanceof ConnectException ? e : unconnected(e);
        }
        if (!access.secure()) {
            return socket;
        }
        try {
            return tls.over(socket, access.host(), access.port());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static ConnectException unconnected(IOException e) {
        var failure = new ConnectException(
                e instanceof UnknownHostException ? "the host is not known" : String.valueOf(e.getMessage()));
        failure.initCause(e);
        return failure;
    }

    /** In milliseconds, at least one, for zero would be for ever. */
    private int left() throws SilenceException {
        long left = limit.toMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        if (left <= 0) {
            throw new SilenceException("not answered within " + limit);
        }
        return Math.toIntExact(Math.min(left, Integer.MAX_VALUE));
    }

    private int next(Socket socket, InputStream input) throws IOException {
        if (input.available() == 0) {
            socket.setSoTimeout(left());
        }
        try {
            return input.read();
        } catch (SocketTimeoutException e) {
            throw new SilenceException("not answered within " + limit);
        }
    }

    /** Until the empty line, and not a byte more. */
    private String head(Socket socket, InputStream input) throws IOException {
        var head = new ByteArrayOutputStream();
        int ending = 0; // how many bytes of CR LF CR LF were the last ones
        while (ending < 4) {
            int b = next(socket, input);
            if (b < 0) {
                throw new IOException("closed before it answered");
            }
            if (head.size() == LONGEST_HEAD) {
                throw new SandboxApiException(
                        "the answer to CONNECT has no end within " + LONGEST_HEAD + " bytes", null, Map.of(), 0);
            }
            head.write(b);
            ending = b == "\r\n\r\n".charAt(ending) ? ending + 1 : b == '\r' ? 1 : 0;
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static int status(String line) {
        if (!line.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
            throw new SandboxApiException(
                    "the answer to CONNECT begins with " + Checks.quoted(line)
                            + ", which is not HTTP/1.1: look whether apiUrl is right",
                    null,
                    Map.of(),
                    0);
        }
        return Integer.parseInt(line.substring(9, 12));
    }

    private static Map<String, String> headers(String[] head) {
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        for (int i = 1; i < head.length; i++) {
            int colon = head[i].indexOf(':');
            if (colon > 0) {
                headers.putIfAbsent(
                        head[i].substring(0, colon),
                        head[i].substring(colon + 1).strip());
            }
        }
        return headers;
    }

    private SandboxApiException refusal(Socket socket, InputStream input, int status, Map<String, String> headers) {
        var rateLimit = RateLimit.of(headers::get, Instant.now());
        return Refusals.of("CONNECT", true, status, rateLimit, error(socket, input, headers));
    }

    /** As much of it as its head announces, or as comes. */
    private byte[] error(Socket socket, InputStream input, Map<String, String> headers) {
        String announced = headers.getOrDefault("Content-Length", "");
        boolean encoded = headers.getOrDefault("Transfer-Encoding", "")
                .toLowerCase(Locale.ROOT)
                .contains("chunked");
        int length = announced.matches("[0-9]{1,9}") ? Integer.parseInt(announced) : encoded ? 0 : LONGEST_ERROR;
        var body = new ByteArrayOutputStream();
        try {
            for (int b = 0; body.size() < Math.min(length, LONGEST_ERROR) && b >= 0; ) {
                b = next(socket, input);
                if (b >= 0) {
                    body.write(b);
                }
            }
        } catch (IOException cut) {
            // the status says enough
        }
        return body.toByteArray();
    }
}
