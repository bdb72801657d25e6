package dev.sandjar.compat.sessions;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A command with all its streams connected: each is copied by a thread of its own, so that none keeps another waiting. */
final class SshRun {
    private static final int PIECE = 32 << 10;

    private final SshCommand command;
    private volatile @Nullable IOException failure; // of a stream of the caller's, the first one

    SshRun(SshCommand command) {
        this.command = command;
    }

    /** Waits until the command has ended and all it wrote has been taken. */
    void await(InputStream in, OutputStream out, OutputStream err, Duration timeout) {
        long end = System.nanoTime() + timeout.toNanos();
        CompletableFuture<Void> copied =
                CompletableFuture.allOf(copy(command.stdout(), out), copy(command.stderr(), err));
        feed(in);
        try {
            if (!command.await(timeout) || !done(copied, end)) {
                command.close();
                throw new SandboxOperationException(
                        "the command did not end within " + timeout
                                + "; what it does now that nobody listens is its own matter",
                        null);
            }
        } catch (SandboxConnectionException e) {
            throw failure == null ? e : failed();
        }
        if (failure != null) {
            throw failed();
        }
    }

    private SandboxOperationException failed() {
        IOException why = failure;
        return new SandboxOperationException(
                "what the command reads or writes could not be passed on: "
                        + Checks.plain(String.valueOf(why == null ? "" : why.getMessage()), 200),
                why);
    }

    private static boolean done(CompletableFuture<Void> copied, long end) {
        try {
            copied.get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            throw SandboxConnectionException.interrupted("a command's output", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private CompletableFuture<Void> copy(InputStream from, OutputStream to) {
        var done = new CompletableFuture<Void>();
        Thread.ofVirtual().name("ssh-output").start(() -> {
            try {
                byte[] piece = new byte[PIECE];
                for (int count = read(from, piece); count >= 0; count = read(from, piece)) {
                    to.write(piece, 0, count);
                    to.flush();
                }
            } catch (IOException e) {
                failed(e);
            } finally {
                done.complete(null);
            }
        });
        return done;
    }

    /** A cut is told by the command's ending. */
    private static int read(InputStream from, byte[] piece) {
        try {
            return from.read(piece);
        } catch (IOException cut) {
            return -1;
        }
    }

    private void feed(InputStream in) {
        Thread.ofVirtual().name("ssh-input").start(() -> {
            byte[] piece = new byte[PIECE];
            try (OutputStream stdin = command.stdin()) {
                int count;
                while ((count = source(in, piece)) >= 0) {
                    stdin.write(piece, 0, count);
                    stdin.flush();
                }
            } catch (IOException nobodyReads) {
                // some commands do not
            }
        });
    }

    private int source(InputStream in, byte[] piece) {
        try {
            return in.read(piece);
        } catch (IOException e) {
            failed(e);
            return -1;
        }
    }

    private void failed(IOException e) {
        if (failure == null) {
            failure = e;
        }
        command.close();
    }
}
