package dev.sandjar.server.door.preview;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a client gets to see of an answer's head: what the program says of its own pages, and nothing that would hold for others on the same address.
 * Decided purely.
 */
final class AnswerHead {
    /**
     * They speak for a whole host, all of its ports, or its neighbours: who may use which encryption, where it has moved to, what is forgotten of it; or
     * mark our own answers.
     */
    private static final Set<String> OF_THE_HOST = Set.of(
            "accept-ch",
            "alt-svc",
            "clear-site-data",
            "critical-ch",
            "expect-ct",
            "nel",
            "public-key-pins",
            "report-to",
            "set-login",
            "strict-transport-security",
            "x-request-id");

    private static final Set<String> SAID_ANEW = Set.of("content-length", "location", "set-cookie");

    /**
     * By path, a program's pages are of the server's own origin. With this a browser gives each an origin that nobody else has: its scripts run, and
     * reach neither the API nor the console.
     */
    private static final String NO_ORIGIN =
            "sandbox allow-scripts allow-forms allow-popups allow-modals allow-downloads";

    private static final Pattern OWN_ADDRESS =
            Pattern.compile("(?i)https?://(?:localhost|127\\.0\\.0\\.1|\\[::1]):(\\d{1,5})(/.*)?");

    private AnswerHead() {}

    /** Sets the head of an answer, but its length. */
    static void outward(HttpResponse from, MultiMap to, Visit visit) {
        copy(from.headers(), to);
        for (String cookie : from.headers().getAll("Set-Cookie")) {
            Cookies.outward(cookie, visit).ifPresent(told -> to.add("Set-Cookie", told));
        }
        String location = from.headers().get("Location");
        if (location != null) {
            to.set("Location", location(location, visit));
        }
        if (visit.byPath()) {
            to.remove("WWW-Authenticate"); // a browser would ask for a password in our name
            to.add("Content-Security-Policy", NO_ORIGIN); // where there are several, all of them hold
        }
    }

    /** Trailers are headers that come late. */
    static void copy(HttpHeaders from, MultiMap to) {
        Set<String> ofHop = HopByHop.of(from.getAll("Connection"));
        for (var header : from) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!ofHop.contains(name) && !OF_THE_HOST.contains(name) && !SAID_ANEW.contains(name)) {
                to.add(header.getKey(), header.getValue());
            }
        }
    }

    /** Whether the program agrees to a WebSocket. */
    static boolean isWebSocket(HttpResponse answer) {
        List<String> to = answer.headers().getAll("Upgrade");
        return to.size() == 1
                && to.getFirst().equalsIgnoreCase("websocket")
                && answer.headers().contains("Sec-WebSocket-Accept");
    }

    /** Where the program means itself, its address is the one that it is seen under. */
    static String location(String location, Visit visit) {
        Matcher own = OWN_ADDRESS.matcher(location);
        boolean absolute = own.matches() && own.group(1).equals(Integer.toString(visit.port()));
        String path = absolute ? (own.group(2) == null ? "/" : own.group(2)) : location;
        return path.startsWith("/") && !path.startsWith("//") ? below(visit.prefix(), path) : path;
    }

    /** A program that minds {@code X-Forwarded-Prefix} has said it already. */
    static String below(String prefix, String path) {
        return path.equals(prefix) || path.startsWith(prefix + "/") ? path : prefix + path;
    }
}
