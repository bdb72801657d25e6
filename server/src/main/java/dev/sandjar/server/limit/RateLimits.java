package dev.sandjar.server.limit;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.server.config.ServerConfig;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;

/** A bucket of requests for each caller, refilled evenly. */
@Singleton
public class RateLimits {
    /** The request property under which {@link Taken} is kept. */
    public static final String PROPERTY = "sandjar.rate-limit";

    private final int perMinute;
    private final ConcurrentHashMap<String, Bucket> buckets = new ConcurrentHashMap<>();

    RateLimits(ServerConfig config) {
        this.perMinute = config.limits().requests();
    }

    /**
     * What the caller is told.
     *
     * @param limit requests a minute
     * @param remaining how many are left now
     * @param reset when all are there again, in seconds since 1970
     */
    public record Taken(int limit, long remaining, long reset) {}

    /** Takes one, or refuses. */
    public Taken take(String caller) {
        Bucket bucket = buckets.computeIfAbsent(
                caller,
                _ -> Bucket.builder()
                        .addLimit(limit -> limit.capacity(perMinute).refillGreedy(perMinute, Duration.ofMinutes(1)))
                        .build());
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
        long reset = Instant.now().plusNanos(probe.getNanosToWaitForReset()).getEpochSecond();
        if (!probe.isConsumed()) {
            throw new TooMany(new Taken(perMinute, 0, reset), Duration.ofNanos(probe.getNanosToWaitForRefill()));
        }
        return new Taken(perMinute, probe.getRemainingTokens(), reset);
    }

    /** Too many; carries what the answer's headers say. */
    public static final class TooMany extends RuntimeException {
        private final transient Taken taken;
        private final Duration wait;

        TooMany(Taken taken, Duration wait) {
            this.taken = taken;
            this.wait = wait;
        }

        public Taken taken() {
            return taken;
        }

        /** Whole seconds, 1 or more. */
        public long seconds() {
            return Math.max(1, wait.plusMillis(999).toSeconds());
        }

        public SandboxException error() {
            return new SandboxException(
                    ErrorCode.RATE_LIMITED,
                    "more than " + taken.limit() + " requests a minute",
                    "wait " + seconds() + " seconds",
                    null);
        }
    }
}
