package dev.sandjar.server.door.rest;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;

/**
 * The MD5 of a stream, computed beside the one thread that feeds it: digesting alone takes as long as everything else that is done with an
 * upload, and in turn they would take twice as long. Holds two blocks.
 */
final class Md5 {
    private static final int BLOCK = 256 * 1024;

    private final MessageDigest digest;
    private byte[] block = new byte[BLOCK];
    private byte[] other = new byte[BLOCK]; // the digest's until working is done
    private int length; // of what is in block
    private CompletableFuture<Void> working = CompletableFuture.completedFuture(null);

    Md5() {
        try {
            digest = MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible); // every JDK has MD5
        }
    }

    void update(byte[] bytes, int start, int count) {
        int done = 0;
        while (done < count) {
            int part = Math.min(count - done, BLOCK - length);
            System.arraycopy(bytes, start + done, block, length, part);
            length += part;
            done += part;
            if (length == BLOCK) {
                handOver();
            }
        }
    }

    private void handOver() {
        working.join();
        byte[] full = block;
        block = other;
        other = full;
        length = 0;
        working = CompletableFuture.runAsync(() -> digest.update(full), Thread::startVirtualThread);
    }

    /** Of all that was fed; once. */
    String hex() {
        working.join();
        digest.update(block, 0, length);
        return HexFormat.of().formatHex(digest.digest());
    }
}
