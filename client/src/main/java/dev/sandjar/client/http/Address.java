package dev.sandjar.client.http;

import dev.sandjar.SandboxException;
import java.net.InetAddress;
import java.net.URI;
import java.util.Locale;

/**
 * Where a server is.
 *
 * @param tls whether it speaks TLS
 * @param host a name or an address, without brackets
 * @param port 1 to 65535
 * @param path what stands before every target: empty, or beginning with a slash and not ending with one
 */
public record Address(boolean tls, String host, int port, String path) {
    /**
     * Reads a URL without query.
     *
     * @throws SandboxException {@code INVALID_ARGUMENT}; the text is not shown, for it may hold a password
     */
    public static Address parse(String url) {
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw invalid("no URL");
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (uri.getHost() == null || !scheme.matches("https?")) {
            throw invalid("without a host");
        }
        if (uri.getUserInfo() != null) {
            throw invalid("with a user's name");
        }
        boolean tls = scheme.equals("https");
        int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
        String path = uri.getRawPath() == null ? "" : uri.getRawPath().replaceAll("/+$", "");
        String host = uri.getHost().replaceAll("^\\[|]$", "");
        return new Address(tls, host, port, path);
    }

    /** Whether it is surely this machine: nobody is asked for what a name means, for that could be another later. */
    public boolean loopback() {
        String name = host.toLowerCase(Locale.ROOT);
        if (name.equals("localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(name).isLoopbackAddress();
        } catch (IllegalArgumentException aName) {
            return false;
        }
    }

    private static SandboxException invalid(String what) {
        return SandboxException.invalid("place", what, "a server's address such as https://host:8080");
    }

    /** What the {@code Host} header says. */
    String authority() {
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == (tls ? 443 : 80) ? name : name + ":" + port;
    }

    /** The URL that it was read from. */
    @Override
    public String toString() {
        return (tls ? "https://" : "http://") + authority() + path;
    }
}
