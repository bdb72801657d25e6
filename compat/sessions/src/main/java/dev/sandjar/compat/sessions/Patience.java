package dev.sandjar.compat.sessions;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * How long one exchange may take. It may be silent only so long; what takes longer is kept alive by servers with blanks before the answer. And
 * some may last only so long in all.
 */
final class Patience {
    private final ScheduledExecutorService alarms;
    private final Duration silence;
    private final Optional<Duration> whole;
    private final long began = System.nanoTime();
    private volatile long moved = began;
    private volatile boolean sourceIsRead; // its slowness is not the server's
    private volatile @Nullable RuntimeException sourceFailure;

    /**
     * Begins now.
     *
     * @param whole when it must be over; no limit when empty
     */
    Patience(ScheduledExecutorService alarms, Duration silence, Optional<Duration> whole) {
        this.alarms = alarms;
        this.silence = silence;
        this.whole = whole;
    }

    /** Waits for the head of an answer; what is still being sent is not silence. */
    <T> T await(CompletableFuture<T> head) throws IOException, InterruptedException {
        try {
            while (true) {
                try {
                    return head.get(left(), TimeUnit.NANOSECONDS);
                } catch (TimeoutException e) {
                    if (left() <= 0) {
                        throw silent();
                    }
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof IOException io) {
                        throw io;
                    }
                    throw new IOException(e.getCause());
                }
            }
        } finally {
            head.cancel(true); // changes nothing when it is there
        }
    }

    private long left() {
        long now = System.nanoTime();
        long quiet = silence.toNanos() - (sourceIsRead ? 0 : now - moved);
        return whole.map(limit -> Math.min(quiet, limit.toNanos() - (now - began)))
                .orElse(quiet);
    }

    private SilenceException silent() {
        boolean over =
                whole.isPresent() && System.nanoTime() - began >= whole.get().toNanos();
        return new SilenceException(over ? "not answered within " + whole.get() : "nothing came for " + silence);
    }

    /** Why what was to be sent could not be read; null when it could. */
    @Nullable
    RuntimeException sourceFailure() {
        return sourceFailure;
    }

    /** What is sent, so that sending it counts as movement. */
    InputStream watch(InputStream source) {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] to, int start, int length) throws IOException {
                sourceIsRead = true;
                try {
                    return source.read(to, start, length);
                } catch (IOException e) {
                    sourceFailure = new UncheckedIOException("the content to send cannot be read", e);
                    throw e;
                } catch (RuntimeException e) {
                    sourceFailure = e;
                    throw e;
                } finally {
                    moved = System.nanoTime();
                    sourceIsRead = false;
                }
            }

            @Override
            public void close() throws IOException {
                source.close();
            }
        };
    }

    /** The body of an answer; reading it fails when it makes no progress for too long. */
    InputStream limit(InputStream body) {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] to, int start, int length) throws IOException {
                moved = System.nanoTime();
                if (left() <= 0) {
                    throw silent();
                }
                if (body.available() > 0) {
                    return body.read(to, start, length);
                }
                var struck = new CompletableFuture<SilenceException>();
                var alarm = alarm(() -> strike(struck, body));
                try {
                    return body.read(to, start, length);
                } catch (IOException e) {
                    throw struck.isDone() ? struck.join() : e;
                } finally {
                    alarm.cancel(false);
                }
            }

            @Override
            public void close() throws IOException {
                body.close();
            }
        };
    }

    private Future<?> alarm(Runnable strike) throws IOException {
        try {
            return alarms.schedule(strike, left(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            throw new IOException("the client was closed", e);
        }
    }

    /** Whoever waits for the body wakes when it is closed. */
    private void strike(CompletableFuture<SilenceException> struck, InputStream body) {
        struck.complete(silent());
        try {
            body.close();
        } catch (IOException closedAnyway) {
            // it is the reader that is told
        }
    }
}
