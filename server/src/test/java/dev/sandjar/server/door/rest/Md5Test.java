package dev.sandjar.server.door.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class Md5Test {
    private static final int BLOCK = 64 * 1024;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 4 * BLOCK, 10 * BLOCK + 7})
    void itIsThatOfAllBytesInTheirOrder(int size) throws Exception {
        byte[] bytes = random(size);
        assertThat(md5(bytes)).isEqualTo(expected(bytes));
    }

    /** Whoever feeds may be stopped anywhere: then the digesting thread has given the block back before the next is asked for. */
    @Test
    void oneThreadDigestsHoweverFarItIsAhead() throws Exception {
        byte[] bytes = random(20 * BLOCK);
        var threads = new ArrayList<Thread>();
        Executor ahead = digesting -> {
            Thread thread = Thread.ofPlatform().start(digesting);
            threads.add(thread);
            while (thread.getState() != Thread.State.WAITING) { // for the second block: it has digested the first
                Thread.onSpinWait();
            }
        };
        try (var md5 = new Md5(ahead)) {
            md5.update(bytes, 0, bytes.length);
            assertThat(md5.hex()).isEqualTo(expected(bytes));
        }
        assertThat(threads).hasSize(1);
    }

    private static String md5(byte[] bytes) throws InterruptedException {
        try (var md5 = new Md5()) {
            for (int at = 0; at < bytes.length; at += 10_000) {
                md5.update(bytes, at, Math.min(10_000, bytes.length - at));
            }
            return md5.hex();
        }
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private static String expected(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
    }
}
