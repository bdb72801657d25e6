package dev.sandjar.server.door.preview;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What lets a browser in to one port of one sandbox: signed by us, with an end, and of no use anywhere else. Nothing is kept of them, so any replica
 * that has the same secret knows them.
 */
final class Passes {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int SHORTEST_SECRET = 32; // bytes, as many as the signature has

    /** What a pass is carried by. One kind is not good for the other: an address is seen by more eyes than a cookie. */
    enum Kind {
        LINK,
        COOKIE
    }

    private final SecretKeySpec key;
    private final InstantSource clock;

    private Passes(byte[] secret, InstantSource clock) {
        key = new SecretKeySpec(secret, ALGORITHM);
        this.clock = clock;
    }

    /** @param secret without one, passes are good until the server stops */
    static Passes of(Optional<String> secret, InstantSource clock) {
        byte[] bytes = secret.map(text -> text.getBytes(StandardCharsets.UTF_8)).orElseGet(Passes::random);
        if (bytes.length < SHORTEST_SECRET) {
            throw new IllegalArgumentException(
                    "sandjar.preview.secret has " + bytes.length + " bytes, allowed: " + SHORTEST_SECRET + " or more");
        }
        return new Passes(bytes, clock);
    }

    private static byte[] random() {
        byte[] bytes = new byte[SHORTEST_SECRET];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    Instant end(Duration life) {
        return clock.instant().plus(life);
    }

    String make(Kind kind, PortName name, Instant end) {
        long seconds = end.getEpochSecond();
        byte[] signature = signature(kind, name, seconds);
        byte[] pass = ByteBuffer.allocate(Long.BYTES + signature.length)
                .putLong(seconds)
                .put(signature)
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(pass);
    }

    boolean admits(Kind kind, PortName name, String text) {
        byte[] pass;
        try {
            pass = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException notOne) {
            return false;
        }
        if (pass.length != Long.BYTES + SHORTEST_SECRET) {
            return false;
        }
        long end = ByteBuffer.wrap(pass).getLong();
        byte[] signature = Arrays.copyOfRange(pass, Long.BYTES, pass.length);
        return MessageDigest.isEqual(signature(kind, name, end), signature)
                && clock.instant().getEpochSecond() < end;
    }

    private byte[] signature(Kind kind, PortName name, long seconds) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal((kind + " " + name + " " + seconds).getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible); // every JDK has it
        }
    }
}
