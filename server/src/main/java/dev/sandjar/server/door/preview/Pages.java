package dev.sandjar.server.door.preview;

import io.vertx.core.MultiMap;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request that a cookie would let in was meant by the page that it came from. Hosts of all previews count as one site to a browser, so a page of
 * one sandbox could ask another's program in its visitor's name, or talk to it over a WebSocket. Decided purely.
 *
 * <p>A browser says what it does in {@code Sec-Fetch-*}, of which a page has no say; but not over plain HTTP to another machine, where a page can keep quiet
 * about itself, too: there whatever is no page that somebody goes to must prove to come from the same sandbox.
 */
final class Pages {
    private static final Set<String> OWN = Set.of("same-origin", "none");

    private Pages() {}

    /** Whether it is a page of the same sandbox, any port of it, or nobody's: an address that was typed, or a link that was followed. */
    static boolean mayAsk(String method, MultiMap headers, PortName name, String domain) {
        String origin = headers.get("Origin");
        String site = headers.get("Sec-Fetch-Site");
        boolean own = (site != null && OWN.contains(site))
                || isOf(origin == null ? headers.get("Referer") : origin, name, domain);
        return own || (origin == null && isVisit(method, headers, site == null));
    }

    private static boolean isOf(@Nullable String page, PortName name, String domain) {
        if (page == null) {
            return false;
        }
        try {
            @Nullable String host = new URI(page).getHost();
            return host != null
                    && PortName.ofHost(host, domain)
                            .filter(of -> of.sandbox().equals(name.sandbox()))
                            .isPresent();
        } catch (URISyntaxException malformed) {
            return false;
        }
    }

    /** Of a browser that says nothing of itself, a frame cannot be told from a page; it is no link: its visitor does not see where he is. */
    private static boolean isVisit(String method, MultiMap headers, boolean quiet) {
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return false;
        }
        if (quiet) {
            return "1".equals(headers.get("Upgrade-Insecure-Requests"));
        }
        return "navigate".equals(headers.get("Sec-Fetch-Mode")) && "document".equals(headers.get("Sec-Fetch-Dest"));
    }
}
