package dev.sandjar.server.auth;

import dev.sandjar.server.config.ServerConfig;
import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Callers who send no credentials at all, because their clients cannot, and are let in for where they come from. Nobody, unless the
 * operator names networks. Not let in is what comes from there for somebody else: through a proxy, or by a web page in a browser
 * (which says so, or asks for a name that its author has given to this server's address).
 */
final class TrustedNetworks {
    private static final List<String> OF_PROXIES = List.of("Forwarded", "Via", "X-Forwarded-For", "X-Real-IP");
    private static final List<String> OF_BROWSERS = List.of("Origin", "Referer", "Sec-Fetch-Site");
    private static final int LONGEST_OWNER = 255;

    private final List<IpSubnetFilterRule> networks;
    private final Set<String> hosts;
    private final String owner;

    TrustedNetworks(ServerConfig.Trusted config) {
        networks = config.networks().orElse(List.of()).stream()
                .map(TrustedNetworks::network)
                .toList();
        hosts = config.hosts().orElse(Set.of()).stream()
                .map(host -> host.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
        owner = config.owner();
        if (owner.isBlank() || owner.length() > LONGEST_OWNER) {
            throw new IllegalArgumentException(
                    "sandjar.auth.trusted.owner has " + owner.length() + " characters, allowed: 1 to " + LONGEST_OWNER);
        }
    }

    private static IpSubnetFilterRule network(String text) {
        int slash = text.indexOf('/');
        try {
            InetAddress address = InetAddress.ofLiteral(text.substring(0, slash).strip());
            int length = Integer.parseInt(text.substring(slash + 1).strip());
            return new IpSubnetFilterRule(address, length, IpFilterRuleType.ACCEPT);
        } catch (IllegalArgumentException
                | IndexOutOfBoundsException malformed) { // the innermost message is the one that is told
            throw new IllegalArgumentException("sandjar.auth.trusted.networks has " + text
                    + ", allowed: networks such as 127.0.0.0/8 or fd00::/8, joined by commas");
        }
    }

    /**
     * Who a request without credentials is by.
     *
     * @throws dev.sandjar.SandboxException {@code UNAUTHENTICATED}, which says why it is not let in
     */
    String owner(HttpServerRequest request) {
        if (!isFromOne(request)) {
            throw Authentication.none();
        }
        firstOf(OF_PROXIES, request).ifPresent(header -> {
            throw Authentication.none(
                    "it came through a proxy (" + header + "), whose network says nothing of the caller");
        });
        firstOf(OF_BROWSERS, request).ifPresent(header -> {
            throw Authentication.none("it comes from a web page (" + header + ")");
        });
        String agent = request.getHeader("User-Agent");
        if (agent != null && agent.startsWith("Mozilla/")) { // over plain HTTP a browser may say nothing else of itself
            throw Authentication.none("it comes from a browser (User-Agent)");
        }
        @Nullable HostAndPort asked = request.authority();
        if (asked != null && !isOurs(asked.host())) {
            throw Authentication.none("it asks for a host that is not in sandjar.auth.trusted.hosts");
        }
        return owner;
    }

    private boolean isFromOne(HttpServerRequest request) {
        @Nullable SocketAddress remote = request.remoteAddress();
        String host = remote == null ? null : remote.hostAddress();
        if (host == null) {
            return false;
        }
        var peer = new InetSocketAddress(InetAddress.ofLiteral(host), 0);
        return networks.stream().anyMatch(network -> network.matches(peer));
    }

    private static Optional<String> firstOf(List<String> headers, HttpServerRequest request) {
        return headers.stream()
                .filter(header -> request.headers().contains(header))
                .findFirst();
    }

    private boolean isOurs(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost") || hosts.contains(name) || isAddress(name);
    }

    private static boolean isAddress(String host) {
        try {
            InetAddress.ofLiteral(host.startsWith("[") ? host.substring(1, host.length() - 1) : host);
            return true;
        } catch (IllegalArgumentException name) {
            return false;
        }
    }
}
