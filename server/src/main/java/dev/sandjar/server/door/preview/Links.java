package dev.sandjar.server.door.preview;

import dev.sandjar.SandboxException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a browser, which has no header to send, comes in by host name: an address with a pass in it, made for whoever has credentials, is
 * opened once and becomes a cookie of that host alone.
 */
final class Links {
    /** The parameter that no program gets to see. */
    private static final String PARAMETER = "sandjar-token";

    private static final Duration LIFE = Duration.ofMinutes(5); // from being made to being opened

    private final Passes passes;
    private final String domain;
    private final Duration access;

    /** @param access how long a browser that was let in stays in */
    Links(Passes passes, String domain, Duration access) {
        this.passes = passes;
        this.domain = domain;
        this.access = access;
    }

    String domain() {
        return domain;
    }

    /** Of the host that a request is for; empty for a host that is no port's. */
    Optional<PortName> name(HttpServerRequest request) {
        @Nullable HostAndPort asked = request.authority();
        return asked == null ? Optional.empty() : PortName.ofHost(asked.host(), domain);
    }

    /** An address, and until when it may be opened. */
    record Link(String url, Instant expiresAt) {}

    /** For whoever made this request, and so reaches us by its scheme and port. */
    Link make(PortName name, HttpServerRequest request) {
        Instant end = passes.end(LIFE);
        @Nullable HostAndPort asked = request.authority();
        String port = asked == null || asked.port() < 0 ? "" : ":" + asked.port();
        String pass = passes.make(Passes.Kind.LINK, name, end);
        return new Link(scheme(request) + name + "." + domain + port + "/?" + PARAMETER + "=" + pass, end);
    }

    /** Where there are no host names. */
    static String byPath(PortName name, HttpServerRequest request, String outside) {
        String host = Objects.toString(request.authority(), "localhost");
        return scheme(request) + host + outside + "/v1/sandboxes/" + name.sandbox() + "/ports/" + name.port() + "/";
    }

    private static String scheme(HttpServerRequest request) {
        return Objects.requireNonNullElse(request.scheme(), "http") + "://";
    }

    static boolean isOpened(HttpServerRequest request) {
        return parameters(request).anyMatch(Links::isPass);
    }

    private static Stream<String> parameters(HttpServerRequest request) {
        return Stream.of(Objects.requireNonNullElse(request.query(), "").split("&"));
    }

    private static boolean isPass(String parameter) {
        return parameter.equals(PARAMETER) || parameter.startsWith(PARAMETER + "=");
    }

    /**
     * What a browser that opens a link is told to keep; nothing when the link has ended, and it may have come in before.
     */
    Optional<String> cookie(PortName name, HttpServerRequest request) {
        return parameters(request)
                .filter(Links::isPass)
                .map(parameter -> parameter.substring(Math.min(PARAMETER.length() + 1, parameter.length())))
                .filter(pass -> passes.admits(Passes.Kind.LINK, name, pass))
                .findFirst()
                .map(_ -> cookie(name, "https".equals(request.scheme())));
    }

    private String cookie(PortName name, boolean secure) {
        String pass = passes.make(Passes.Kind.COOKIE, name, passes.end(access));
        return (secure ? Cookies.SECURE_PASS : Cookies.PASS) + "=" + pass + "; Path=/; Max-Age=" + access.toSeconds()
                + "; HttpOnly; SameSite=Lax" + (secure ? "; Secure" : "");
    }

    /** Where it is sent on to: the same address without the pass, which so ends in no history and no Referer. */
    static String withoutPass(HttpServerRequest request) {
        String query =
                parameters(request).filter(parameter -> !isPass(parameter)).collect(Collectors.joining("&"));
        String target = Visit.target(request.path(), query.isEmpty() ? null : query);
        if (target.matches("/[/\\\\].*")) { // to a browser that is another host
            throw SandboxException.invalid("path", "something else", "one that begins with a single /");
        }
        return target;
    }
}
