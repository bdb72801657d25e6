package dev.sandjar.server.door.preview;

import dev.sandjar.SandboxException;
import dev.sandjar.server.auth.Authentication;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.vertx.core.MultiMap;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a program gets to see of a request's head: what the client says to it, and nothing by which the client was let in. Decided purely.
 */
final class RequestHead {
    /** Whatever a client or a proxy says of the way here, we say ourselves, or not at all: the program need not know where its visitors live. */
    private static final Set<String> OF_THE_WAY = Set.of(
            "host",
            "forwarded",
            "via",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-port",
            "x-forwarded-prefix",
            "x-forwarded-proto",
            "x-forwarded-server",
            "x-real-ip");

    /** Said anew, or already obeyed. */
    private static final Set<String> SAID_ANEW =
            Set.of("cookie", "content-length", "expect", "http2-settings", "sec-websocket-protocol");

    private static final String CREDENTIALS = "authorization";
    private static final String KEY = "x-api-key";
    private static final String PROTOCOLS = "Sec-WebSocket-Protocol";

    private RequestHead() {}

    /** Whether a WebSocket is asked for, which no body goes before; no other protocol is changed to. */
    static boolean wantsWebSocket(MultiMap headers) {
        return !hasBody(headers)
                && "websocket".equalsIgnoreCase(headers.get("Upgrade"))
                && HopByHop.of(headers.getAll("Connection")).contains("upgrade");
    }

    static boolean hasBody(MultiMap headers) {
        return isChunked(headers) || contentLength(headers) > 0;
    }

    private static boolean isChunked(MultiMap headers) {
        return headers.contains("Transfer-Encoding"); // nothing but chunked has come this far
    }

    private static long contentLength(MultiMap headers) {
        String length = headers.get("Content-Length");
        if (length == null) {
            return -1;
        }
        if (!length.matches("[0-9]{1,18}")) {
            throw SandboxException.invalid("Content-Length", "something else", "a whole number");
        }
        return Long.parseLong(length);
    }

    /**
     * The head for the program.
     *
     * @param scheme of the request, as the client sees it
     * @param authority likewise; empty when it has not said
     */
    static HttpRequest inward(String method, MultiMap headers, String scheme, String authority, Visit visit) {
        try {
            var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), visit.target());
            copy(headers, request.headers(), visit);
            frame(headers, request.headers());
            tellTheWay(request.headers(), scheme, authority, visit);
            return request;
        } catch (IllegalArgumentException malformed) {
            throw SandboxException.invalid("header", "malformed", "what RFC 9110 allows");
        }
    }

    private static void copy(MultiMap from, HttpHeaders to, Visit visit) {
        Set<String> ofHop = HopByHop.of(from.getAll("Connection"));
        from.forEach((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            boolean ours = lower.equals(KEY) || (lower.equals(CREDENTIALS) && !visit.passesCredentials());
            if (!ours && !ofHop.contains(lower) && !OF_THE_WAY.contains(lower) && !SAID_ANEW.contains(lower)) {
                to.add(name, value);
            }
        });
        protocols(from).ifPresent(protocols -> to.set(PROTOCOLS, protocols));
        Cookies.inward(from.getAll("Cookie"), visit).ifPresent(cookies -> to.set("Cookie", cookies));
    }

    /** Of a WebSocket, but for a token that was offered as one. */
    private static Optional<String> protocols(MultiMap headers) {
        return Optional.of(headers.getAll(PROTOCOLS).stream()
                        .flatMap(header -> Stream.of(header.split(",")))
                        .map(String::strip)
                        .filter(protocol -> !protocol.isEmpty() && !protocol.startsWith(Authentication.OFFERED))
                        .collect(Collectors.joining(", ")))
                .filter(Predicate.not(String::isEmpty));
    }

    private static void frame(MultiMap from, HttpHeaders to) {
        if (isChunked(from)) {
            to.set("Transfer-Encoding", "chunked");
        } else if (contentLength(from) >= 0) {
            to.set("Content-Length", contentLength(from));
        }
        if (wantsWebSocket(from)) {
            to.set("Connection", "Upgrade").set("Upgrade", "websocket");
        } else {
            to.set("Connection", "close"); // one exchange a connection: what follows an answer can be nobody else's
        }
    }

    private static void tellTheWay(HttpHeaders to, String scheme, String authority, Visit visit) {
        to.set("Host", "localhost:" + visit.port()); // as a program expects that listens there
        to.set("X-Forwarded-Proto", scheme);
        if (!authority.isEmpty()) {
            to.set("X-Forwarded-Host", authority);
        }
        if (visit.byPath()) {
            to.set("X-Forwarded-Prefix", visit.prefix());
        }
    }
}
