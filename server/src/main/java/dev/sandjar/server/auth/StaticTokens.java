package dev.sandjar.server.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Tokens that are what they are until the server is started anew. Kept and looked up by digest, so that the time it takes tells nothing. */
final class StaticTokens {
    private final Map<String, String> owners = new HashMap<>(); // never changed after construction
    private final Set<String> right = ConcurrentHashMap.newKeySet();

    private StaticTokens() {}

    /** @param byToken owners by token */
    static StaticTokens of(Map<String, String> byToken) {
        var tokens = new StaticTokens();
        byToken.forEach((token, owner) -> tokens.owners.put(digest(token), owner));
        return tokens;
    }

    /** Whose token it is. */
    Optional<String> owner(String token) {
        String digest = digest(token);
        Optional<String> owner = Optional.ofNullable(owners.get(digest));
        owner.ifPresent(_ -> right.add(digest));
        return owner;
    }

    /** Whether somebody has come in by it before. */
    boolean wasRight(String token) {
        return right.contains(digest(token));
    }

    private static String digest(String token) {
        try {
            byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible); // every JDK has SHA-256
        }
    }
}
