package dev.sandjar.oci.image;

import dev.sandjar.SandboxException;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where images may come from. Whoever names an image names a host that this machine then talks to: a server allows its clients few.
 *
 * @param mirror instead of Docker Hub
 * @param allowed hosts, with a port where they have one; empty allows any
 */
public record Registries(Optional<URI> mirror, Set<String> allowed) {
    /** Any, without a mirror. */
    public static final Registries ANY = new Registries(Optional.empty(), Set.of());

    /** Copies. */
    public Registries {
        allowed = Set.copyOf(allowed);
    }

    /**
     * Reads what is configured.
     *
     * @param mirror {@code https://host}, or {@code http://} on loopback; empty for none
     * @param allowed {@code docker.io,ghcr.io,registry.example.com:5000}; empty or {@code *} for any
     */
    public static Registries parse(String mirror, String allowed) {
        Set<String> hosts = Stream.of(allowed.split(","))
                .map(String::strip)
                .filter(host -> !host.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
        for (String host : hosts) {
            if (!host.equals("*") && !host.matches("[a-z0-9.-]+(:[0-9]{1,5})?|\\[[0-9a-f:]+](:[0-9]{1,5})?")) {
                throw SandboxException.invalid("registries", '"' + host + '"', "host, host:port, or * for any");
            }
        }
        return new Registries(
                Optional.of(mirror).filter(text -> !text.isBlank()).map(Registries::mirror),
                hosts.contains("*") ? Set.of() : hosts);
    }

    private static URI mirror(String text) {
        try {
            URI uri = URI.create(text.replaceAll("/+$", ""));
            boolean secure = "https".equals(uri.getScheme()) || ("http".equals(uri.getScheme()) && loopback(uri));
            if (uri.getHost() != null && secure) {
                return uri;
            }
        } catch (IllegalArgumentException notAnAddress) {
            throw SandboxException.invalid("mirror", '"' + text + '"', "https://host, or http:// on loopback");
        }
        throw SandboxException.invalid("mirror", '"' + text + '"', "https://host, or http:// on loopback");
    }

    /** Refuses an image of a registry that is not allowed. */
    void check(ImageReference image) {
        if (!allowed.isEmpty() && !allowed.contains(image.registry())) {
            throw SandboxException.invalid(
                    "image", '"' + image.toString() + '"', "images of " + String.join(", ", new TreeSet<>(allowed)));
        }
    }

    /** Where the registry of an image is: by https, and by http on loopback only. */
    URI address(ImageReference image) {
        if (image.registry().equals(ImageReference.DOCKER_HUB)) {
            return mirror.orElse(URI.create("https://registry-1.docker.io"));
        }
        URI https = URI.create("https://" + image.registry());
        return loopback(https) ? URI.create("http://" + image.registry()) : https;
    }

    /** The registry of an image in errors, which say when its mirror was asked instead. */
    static String name(ImageReference image, URI asked) {
        return image.registry() + (asked.equals(ANY.address(image)) ? "" : " (through its mirror)");
    }

    static boolean loopback(URI uri) {
        String host = String.valueOf(uri.getHost());
        return host.equals("localhost") || host.matches("127(\\.[0-9]{1,3}){3}") || host.equals("[::1]");
    }
}
