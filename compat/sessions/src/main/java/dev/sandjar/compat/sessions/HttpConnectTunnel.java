package dev.sandjar.compat.sessions;

import dev.sandjar.compat.sessions.Retrying.Harmless;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLContext;

/**
 * A connection to a session's SSH server, through HTTP {@code CONNECT} on the port of the API. What is written to it arrives there, and what comes
 * from there is read from it, to the last byte: also what came together with the answer to {@code CONNECT}.
 */
public final class HttpConnectTunnel implements AutoCloseable {
    static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    private final Socket socket;
    private final InputStream input;
    private final OutputStream output;

    HttpConnectTunnel(Socket socket, InputStream input) throws IOException {
        this.socket = socket;
        this.input = input;
        this.output = socket.getOutputStream();
    }

    /**
     * To the server of an API.
     *
     * @param apiUrl of which only scheme, host and port are used
     * @param token sent as {@code Proxy-Authorization: Bearer}
     * @throws IllegalArgumentException one of them cannot be one
     */
    public static Builder builder(String apiUrl, String token, String sessionId) {
        return builder(Access.of(apiUrl, token), Tls.standard(), sessionId);
    }

    static Builder builder(Access access, Tls tls, String sessionId) {
        return new Builder(access, tls, sessionId);
    }

    /** What comes from the session. */
    public InputStream input() {
        return input;
    }

    /** What goes to the session; sent as it is written. */
    public OutputStream output() {
        return output;
    }

    /** Whether {@link #close} was not called yet; a connection that was lost is told by reading. */
    public boolean isOpen() {
        return !socket.isClosed();
    }

    /** Ends the connection; whoever reads or writes at that moment gets an {@link IOException}. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // it is gone then too
        }
    }

    /** Collects what is needed; {@link #open} connects. */
    public static final class Builder {
        private static final Set<String> OURS =
                Set.of("host", "proxy-authorization", "proxy-connection", "content-length", "transfer-encoding");

        private final Access access;
        private final String sessionId;
        private Tls tls;
        private Retries retries = Retries.DEFAULT;
        private Duration timeout = DEFAULT_TIMEOUT;
        private String connectPath = "/sessions/{sessionId}";
        private final Map<String, String> headers = new LinkedHashMap<>();

        private Builder(Access access, Tls tls, String sessionId) {
            this.access = access;
            this.tls = tls;
            this.sessionId = Checks.segment("sessionId", sessionId);
        }

        String sessionId() {
            return sessionId;
        }

        /**
         * What is asked for: {@code /sessions/{sessionId}} when not given.
         *
         * @throws IllegalArgumentException it does not begin with a slash, does not name {@code {sessionId}}, or has other characters than a path
         */
        public Builder connectPath(String template) {
            String rest = template.replace("{sessionId}", "");
            if (!template.contains("{sessionId}") || !rest.matches("/[A-Za-z0-9._~/%-]*")) {
                throw new IllegalArgumentException("connectPath is " + Checks.quoted(template)
                        + ", allowed: a path with {sessionId} in it, such as /sessions/{sessionId}/tunnel");
            }
            connectPath = template;
            return this;
        }

        /**
         * Another header, such as {@code Authorization} for servers that look there.
         *
         * @throws IllegalArgumentException it has line ends, or is one of those that are sent anyway
         */
        public Builder header(String name, String value) {
            if (OURS.contains(Checks.headerName(name).toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException("header " + name + " is sent anyway, or has no place in CONNECT");
            }
            headers.put(name, Checks.headerValue(name, value));
            return this;
        }

        /** For connecting and for the answer together: 10 seconds when not given. */
        public Builder timeout(Duration limit) {
            timeout = Checks.limit("timeout", limit);
            return this;
        }

        /** With {@code false} anybody can be the server, and read the token: for trials only. With {@code true} an {@link #sslContext} stays. */
        public Builder verifyTls(boolean verify) {
            tls = tls.verified(verify);
            return this;
        }

        /** For certificates that Java does not know; what it says about a server's name is checked. */
        public Builder sslContext(SSLContext context) {
            tls = tls.with(context);
            return this;
        }

        /** {@link Retries#DEFAULT} when not given. */
        public Builder retries(Retries wanted) {
            retries = wanted;
            return this;
        }

        /**
         * Connects.
         *
         * @throws UnauthorizedException 401
         * @throws SessionNotFoundException 404
         * @throws RateLimitException 429, also after waiting
         * @throws SandboxOperationException any other answer than 200, such as 405 from servers without SSH
         * @throws SandboxConnectionException no connection, or no answer in time
         */
        public HttpConnectTunnel open() {
            return new Retrying(retries)
                    .run(
                            "CONNECT",
                            access.name(),
                            Harmless.ALWAYS,
                            _ -> new Connecting(access, tls, timeout).open(request()));
        }

        /** As the first clients of this API sent it: the host is without its port. */
        private String request() {
            var text = new StringBuilder("CONNECT ")
                    .append(connectPath.replace("{sessionId}", sessionId))
                    .append(" HTTP/1.1\r\nHost: ")
                    .append(access.host())
                    .append("\r\nProxy-Authorization: Bearer ")
                    .append(access.token())
                    .append("\r\nProxy-Connection: keep-alive\r\n");
            headers.forEach((name, value) ->
                    text.append(name).append(": ").append(value).append("\r\n"));
            return text.append("\r\n").toString();
        }

        /** Without the token. */
        @Override
        public String toString() {
            return "HttpConnectTunnel.Builder[" + access.name() + ", " + sessionId + "]";
        }
    }
}
