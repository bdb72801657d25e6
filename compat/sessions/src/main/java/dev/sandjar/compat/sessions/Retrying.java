package dev.sandjar.compat.sessions;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/** Attempts with pauses between them. Closing it ends the pauses, and with them the attempts. */
final class Retrying {
    private final Retries retries;
    private final CountDownLatch closed = new CountDownLatch(1);

    Retrying(Retries retries) {
        this.retries = retries;
    }

    /** One attempt. */
    interface Attempt<T> {
        /**
         * Makes it.
         *
         * @param number 1 for the first
         * @throws IOException the connection was lost, or did not come into being
         * @throws RateLimitException the server has no room for it, and has done nothing
         */
        T make(int number) throws IOException, InterruptedException;
    }

    /**
     * Whether it does no harm to do a thing again.
     *
     * @param afterLoss although it may have been done
     * @param atAll although it is known that it has not been done; false for what cannot be sent a second time
     */
    record Harmless(boolean afterLoss, boolean atAll) {
        static final Harmless ALWAYS = new Harmless(true, true);
        static final Harmless UNTIL_SENT = new Harmless(false, true);
        static final Harmless NEVER = new Harmless(false, false);
    }

    void close() {
        closed.countDown();
    }

    /**
     * Makes attempts until one succeeds, or the last allowed one has failed.
     *
     * @param what is asked for, as messages name it
     * @param server as messages name it
     */
    <T> T run(String what, String server, Harmless harmless, Attempt<T> attempt) {
        long began = System.nanoTime();
        for (int number = 1; ; number++) {
            SandboxApiException failure;
            Optional<Instant> notBefore = Optional.empty();
            boolean again;
            try {
                return attempt.make(number);
            } catch (InterruptedException e) {
                throw SandboxConnectionException.interrupted(what, e);
            } catch (RateLimitException e) {
                failure = e;
                notBefore = e.retryAt();
                again = harmless.atAll();
            } catch (IOException e) {
                failure = lost(what, server, e);
                again = nothingSent(e) ? harmless.atAll() : harmless.afterLoss() && !isFinal(e);
            }
            Duration pause = Backoff.pause(
                    number,
                    notBefore,
                    Instant.now(),
                    ThreadLocalRandom.current().nextDouble());
            Duration end = pause.plusNanos(System.nanoTime() - began);
            if (!again || number >= retries.attempts() || end.compareTo(retries.limit()) > 0) {
                throw failure;
            }
            await(pause, what, failure);
        }
    }

    private void await(Duration pause, String what, SandboxApiException failure) {
        try {
            if (closed.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
                throw failure;
            }
        } catch (InterruptedException e) {
            throw SandboxConnectionException.interrupted(what, e);
        }
    }

    private static SandboxConnectionException lost(String what, String server, IOException e) {
        String why = e.getMessage() == null ? e.getClass().getSimpleName() : Checks.plain(e.getMessage(), 300);
        String message = nothingSent(e)
                ? "no connection to " + server + " (" + why
                        + "); nothing was sent: look whether the address is right and the server runs"
                : "the connection to " + server + " failed at " + what + " (" + why + ")";
        return new SandboxConnectionException(message, e);
    }

    private static boolean nothingSent(IOException e) {
        return e instanceof ConnectException || e instanceof HttpConnectTimeoutException;
    }

    /** Another attempt would take as long, or come to the same. */
    private static boolean isFinal(IOException e) {
        return e instanceof SilenceException || e instanceof SSLException;
    }
}
