package dev.sandjar.server.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** Tokens of which the same was found out. The latest of them, kept by digest, because tokens are secrets. */
final class LatestTokens {
    private static final int REMEMBERED = 10_000;

    private final Map<String, Boolean> digests = new LinkedHashMap<>() { // guarded by itself
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                    return size() > REMEMBERED;
                }
            };

    void set(String token, boolean found) {
        synchronized (digests) {
            digests.remove(digest(token));
            if (found) {
                digests.put(digest(token), true); // the youngest
            }
        }
    }

    boolean has(String token) {
        synchronized (digests) {
            return digests.containsKey(digest(token));
        }
    }

    static String digest(String token) {
        return digest(token.getBytes(StandardCharsets.UTF_8));
    }

    /** In lower-case hex. */
    static String digest(byte[] bytes) {
        return HexFormat.of().formatHex(sha256(bytes));
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible); // every JDK has SHA-256
        }
    }
}
