package dev.sandjar.server.connection;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.vertx.core.net.HostAndPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the head of a request must be. Others would be read elsewhere by a proxy in front than by us, or are faults of ours to the framework, which logs
 * each, so that a stranger could fill the log.
 */
final class HeadRules {
    static final String LENGTH =
            "the end of the body is not clear: send one Content-Length, or Transfer-Encoding: chunked and nothing else";

    private static final String VERSION = "only HTTP/1.0 and HTTP/1.1 are spoken here";
    private static final String TARGET = "the target is no path: begin it with /";
    private static final String HOST =
            "it is not clear which host is meant: send one Host, such as Host: example.org:8080, and no other in the target";

    private static final Pattern URL = Pattern.compile("(?is)https?://([^/?#]+)(?:/.*)?");
    private static final Pattern ADDRESS = Pattern.compile("\\[[0-9A-Fa-f:.]+](?::\\d*)?");

    private HeadRules() {}

    /** What is wrong, and what to send instead; nothing of the request's own. Empty: nothing. */
    static Optional<String> objection(HttpRequest request) {
        if (!isSpoken(request.protocolVersion())) {
            return Optional.of(VERSION);
        }
        if (!isTarget(request)) {
            return Optional.of(TARGET);
        }
        if (!isHostClear(request)) {
            return Optional.of(HOST);
        }
        return isLengthClear(request) ? Optional.empty() : Optional.of(LENGTH);
    }

    /** By identity, as Vert.x asks: there are others that equal these, such as that of {@code http/1.1}. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isSpoken(HttpVersion version) {
        return version == HttpVersion.HTTP_1_1 || version == HttpVersion.HTTP_1_0;
    }

    private static boolean isTarget(HttpRequest request) {
        String target = request.uri();
        return request.method().equals(HttpMethod.CONNECT)
                ? target.startsWith("/") || isAuthority(target)
                : target.startsWith("/")
                        || target.equals("*")
                        || URL.matcher(target).matches();
    }

    /** Older programs may name none. */
    private static boolean isHostClear(HttpRequest request) {
        var hosts = new ArrayList<String>(request.headers().getAll(HttpHeaderNames.HOST));
        if (hosts.size() > 1 || (hosts.isEmpty() && !request.protocolVersion().equals(HttpVersion.HTTP_1_0))) {
            return false;
        }
        Matcher url = URL.matcher(request.uri());
        if (url.matches()) {
            hosts.add(url.group(1));
        }
        return hosts.stream().allMatch(host -> isAuthority(host) && host.equalsIgnoreCase(hosts.getFirst()));
    }

    private static boolean isAuthority(String text) {
        boolean known = !text.startsWith("[") || ADDRESS.matcher(text).matches(); // anything in brackets would do
        return known && HostAndPort.parseAuthority(text, -1) != null;
    }

    private static boolean isLengthClear(HttpRequest request) {
        List<String> codings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        return codings.isEmpty() || (codings.size() == 1 && codings.getFirst().equalsIgnoreCase("chunked"));
    }
}
