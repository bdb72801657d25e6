package dev.sandjar.server.auth;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A JSON Web Key Set at an address. What it said last is believed for a while when it does not answer, so that its outage is not ours; and it
 * is asked so seldom that tokens with invented key ids cannot make this server a nuisance to it.
 */
final class RemoteKeys implements SigningKeys {
    private static final Logger LOG = Logger.getLogger(RemoteKeys.class);
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration BETWEEN = Duration.ofSeconds(3); // from the end of one to the begin of the next
    private static final Duration FRESH = Duration.ofMinutes(10);
    private static final Duration BELIEVED = Duration.ofHours(1); // a key that was withdrawn must not live for ever
    private static final long LARGEST = 1 << 20;

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private final HttpRequest request;

    private final ReentrantLock fetching = new ReentrantLock(); // held while it is asked; guards: nextTry
    private long nextTry = System.nanoTime();
    private volatile @Nullable Known known;

    /** What it said, and when. */
    private record Known(KeySet keys, long at) {
        boolean isYoungerThan(Duration age) {
            return System.nanoTime() - at < age.toNanos();
        }
    }

    private RemoteKeys(URI address) {
        request = HttpRequest.newBuilder(address).timeout(PATIENCE).build();
    }

    /** @throws IllegalArgumentException when who sits on the way could change what it says */
    static RemoteKeys at(String address) {
        URI uri = URI.create(address);
        if (uri.getHost() == null || (uri.getScheme().equals("http") && !LOOPBACK.contains(uri.getHost()))) {
            throw new IllegalArgumentException("allowed: https, or http on loopback");
        }
        return new RemoteKeys(uri);
    }

    @Override
    public Optional<PublicKey> of(@Nullable String id) {
        Known now = known;
        if (now != null && now.isYoungerThan(fetching.isLocked() ? BELIEVED : FRESH)) {
            Optional<PublicKey> key = now.keys.of(id);
            if (key.isPresent()) {
                return key; // nobody waits for a slow host who need not
            }
        }
        Known then = ask();
        if (then == null || !then.isYoungerThan(BELIEVED)) {
            throw new SandboxException(
                    ErrorCode.UNAVAILABLE, "the keys of JSON Web Tokens cannot be fetched now", "try again", null);
        }
        return then.keys.of(id);
    }

    private @Nullable Known ask() {
        fetching.lock();
        try {
            if (System.nanoTime() - nextTry >= 0) {
                refresh();
                nextTry =
                        System.nanoTime() + BETWEEN.toNanos(); // who has waited for this one does not wait for another
            }
            return known;
        } finally {
            fetching.unlock();
        }
    }

    private void refresh() {
        try {
            known = new Known(KeySet.parse(fetch()), System.nanoTime());
        } catch (IOException | IllegalArgumentException e) {
            LOG.warnf("sandjar.auth.jwt.public-key %s: %s", request.uri(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String fetch() throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<String>> answer = http.sendAsync(
                request, HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofString(), LARGEST));
        try {
            HttpResponse<String> response = answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (response.statusCode() != 200) {
                throw new IOException("it answered with status " + response.statusCode());
            }
            return response.body();
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + PATIENCE.toSeconds() + " seconds", e);
        } catch (ExecutionException e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            answer.cancel(true); // also a body that never ends
        }
    }
}
