package dev.sandjar.server.door.preview;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Cookies between a browser and programs that may not see each other's, nor ours. By host name each port has its own; by path all share the server's
 * host, so there a program's are marked and kept to its path, and nothing without the mark goes in: neither the server's own, nor those of a proxy
 * before it.
 */
final class Cookies {
    /** Of the pass, over plain HTTP. */
    static final String PASS = "sandjar-preview";

    /** Of the pass, over TLS: no page of another host can set one of that name. */
    static final String SECURE_PASS = "__Host-" + PASS;

    private static final String MARK = "sandjar-port-";

    private Cookies() {}

    private static Stream<String> all(List<String> headers) {
        return headers.stream().flatMap(header -> Stream.of(header.split(";"))).map(String::strip);
    }

    /** The passes that a request brings; one that another page has slipped in is among them. */
    static Stream<String> passes(List<String> headers) {
        return all(headers)
                .filter(Cookies::isPass)
                .map(cookie -> cookie.substring(cookie.indexOf('=') + 1).strip());
    }

    private static boolean isPass(String cookie) {
        int end = cookie.indexOf('=');
        String name = (end < 0 ? cookie : cookie.substring(0, end)).strip();
        return name.equalsIgnoreCase(PASS) || name.equalsIgnoreCase(SECURE_PASS);
    }

    /** What a program is told. */
    static Optional<String> inward(List<String> headers, Visit visit) {
        Stream<String> its = visit.byPath()
                ? all(headers).filter(cookie -> cookie.startsWith(MARK)).map(cookie -> cookie.substring(MARK.length()))
                : all(headers).filter(Predicate.not(Cookies::isPass));
        return Optional.of(its.filter(Predicate.not(String::isEmpty)).collect(Collectors.joining("; ")))
                .filter(Predicate.not(String::isEmpty));
    }

    /** What a browser is told of a program's {@code Set-Cookie}; empty for one that it may not set. */
    static Optional<String> outward(String header, Visit visit) {
        List<String> parts = Stream.of(header.split(";")).map(String::strip).toList();
        String cookie = parts.getFirst();
        if (cookie.isEmpty() || isPass(cookie)) {
            return Optional.empty();
        }
        Stream<String> kept = parts.stream()
                .skip(1)
                .filter(part -> !isAttribute(part, "domain") && !(visit.byPath() && isAttribute(part, "path")));
        Stream<String> told = visit.byPath()
                ? Stream.concat(Stream.of(MARK + cookie, "Path=" + path(parts, visit.prefix())), kept)
                : Stream.concat(Stream.of(cookie), kept);
        return Optional.of(told.collect(Collectors.joining("; ")));
    }

    private static String path(List<String> parts, String prefix) {
        return parts.stream()
                .skip(1)
                .filter(part -> isAttribute(part, "path"))
                .map(part -> part.substring(part.indexOf('=') + 1).strip())
                .filter(path -> path.startsWith("/"))
                .reduce((_, last) -> last) // which is the one that counts
                .map(path -> AnswerHead.below(prefix, path))
                .orElse(prefix + "/");
    }

    private static boolean isAttribute(String part, String name) {
        int end = part.indexOf('=');
        return (end < 0 ? part : part.substring(0, end))
                .strip()
                .toLowerCase(Locale.ROOT)
                .equals(name);
    }
}
