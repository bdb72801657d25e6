package dev.sandjar.server.door.preview;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Headers that are about one connection and not about what it carries (RFC 9110, 7.6.1): on neither side are they the other's. */
final class HopByHop {
    private static final Set<String> NAMES = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authentication-info",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private HopByHop() {}

    /**
     * Of one message, in lower case.
     *
     * @param connection its headers {@code Connection}, which may name more
     */
    static Set<String> of(List<String> connection) {
        var names = new HashSet<>(NAMES);
        for (String header : connection) {
            for (String name : header.split(",")) {
                names.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        return names;
    }
}
