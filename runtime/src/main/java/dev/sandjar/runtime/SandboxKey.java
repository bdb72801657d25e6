package dev.sandjar.runtime;

import dev.sandjar.SandboxException;
import java.security.SecureRandom;
import java.util.Arrays;

/** The secret that the engine and one sandbox's agent know each other by: 32 random bytes. Never in a log or {@code toString}. */
public final class SandboxKey {
    /** Its length in bytes. */
    public static final int LENGTH = 32;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] bytes;

    private SandboxKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * A new one.
     *
     * @return a random key
     */
    public static SandboxKey random() {
        byte[] bytes = new byte[LENGTH];
        RANDOM.nextBytes(bytes);
        return new SandboxKey(bytes);
    }

    /**
     * One that was kept.
     *
     * @param bytes exactly 32
     * @return the key
     */
    public static SandboxKey of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw SandboxException.invalid("sandbox key", bytes.length + " bytes", "exactly " + LENGTH);
        }
        return new SandboxKey(Arrays.copyOf(bytes, LENGTH));
    }

    /**
     * The secret itself.
     *
     * @return a copy, 32 bytes
     */
    public byte[] bytes() {
        return Arrays.copyOf(bytes, LENGTH);
    }

    /** Not the secret. */
    @Override
    public String toString() {
        return "SandboxKey[***]";
    }
}
