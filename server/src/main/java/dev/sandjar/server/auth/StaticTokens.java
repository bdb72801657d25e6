package dev.sandjar.server.auth;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Tokens that are what they are until the server is started anew. Kept and looked up by digest, so that the time it takes tells nothing. */
final class StaticTokens {
    private final Map<String, String> owners = new HashMap<>(); // never changed after construction

    private StaticTokens() {}

    /** @param byToken owners by token */
    static StaticTokens of(Map<String, String> byToken) {
        var tokens = new StaticTokens();
        byToken.forEach((token, owner) -> tokens.owners.put(LatestTokens.digest(token), owner));
        return tokens;
    }

    /** Whose token it is. */
    Optional<String> owner(String token) {
        return Optional.ofNullable(owners.get(LatestTokens.digest(token)));
    }
}
