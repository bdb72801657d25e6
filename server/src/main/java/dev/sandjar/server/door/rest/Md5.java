package dev.sandjar.server.door.rest;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;

/**
 * The MD5 of a stream, computed beside the one thread that feeds it: digesting alone takes as long as everything else that is done with an
 * upload, and in turn they would take twice as long. Holds a few blocks, so that neither waits for each single one of the other's.
 */
final class Md5 implements AutoCloseable {
    private static final int BLOCK = 64 * 1024;
    private static final int BLOCKS = 4;
    private static final byte[] END = {};

    private final MessageDigest digest;
    private final Executor digesting;
    private final BlockingQueue<byte[]> full = new ArrayBlockingQueue<>(BLOCKS + 1);
    private final BlockingQueue<byte[]> empty = new ArrayBlockingQueue<>(BLOCKS);
    private final CompletableFuture<Void> digested = new CompletableFuture<>();
    private byte[] block = new byte[BLOCK];
    private int length; // of what is in block
    private int made = 1; // blocks, as many as there is need for
    private boolean begun; // digesting, by one thread

    Md5() {
        this(Thread.ofVirtual().name("md5")::start);
    }

    /** @param digesting has a thread for it, at once */
    Md5(Executor digesting) {
        this.digesting = digesting;
        try {
            digest = MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible); // every JDK has MD5
        }
    }

    void update(byte[] bytes, int start, int count) throws InterruptedException {
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

    private void handOver() throws InterruptedException {
        full.put(block);
        if (!begun) {
            begun = true;
            digesting.execute(this::digest);
        }
        byte[] used = empty.poll();
        if (used == null && made < BLOCKS) {
            made++;
            used = new byte[BLOCK];
        }
        block = used != null ? used : empty.take();
        length = 0;
    }

    private void digest() {
        try {
            for (byte[] next = full.take(); next.length > 0; next = full.take()) {
                digest.update(next);
                empty.put(next);
            }
            digested.complete(null);
        } catch (InterruptedException e) {
            digested.completeExceptionally(e);
        }
    }

    /** Of all that was fed; once. */
    String hex() throws InterruptedException {
        if (begun) {
            full.put(END);
            try {
                digested.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
        digest.update(block, 0, length);
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Ends the digesting of what nobody will ask for. */
    @Override
    public void close() {
        full.offer(END);
    }
}
