package dev.sandjar.server.limit;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.server.config.ServerConfig;
import io.github.bucket4j.ConsumptionProbe;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** How often a caller may ask, over how many connections at a time, and how often an address may be wrong about its credentials. */
@Singleton
public class RateLimits {
    /** The request property under which {@link Taken} is kept. */
    public static final String PROPERTY = "sandjar.rate-limit";

    private final Buckets callers;
    private final Buckets strangers;
    private final OwnerConnections connections;

    RateLimits(ServerConfig config) {
        this.callers = new Buckets(config.limits().requests());
        this.strangers = new Buckets(config.limits().wrongCredentials());
        this.connections = new OwnerConnections(config.limits().connectionsPerOwner());
    }

    /**
     * What the caller is told.
     *
     * @param limit requests a minute
     * @param remaining how many are left now
     * @param reset when all are there again, in seconds since 1970
     */
    public record Taken(int limit, long remaining, long reset) {
        /** For the answer. */
        public Map<String, String> headers() {
            return Map.of(
                    "X-RateLimit-Limit", Integer.toString(limit),
                    "X-RateLimit-Remaining", Long.toString(remaining),
                    "X-RateLimit-Reset", Long.toString(reset));
        }
    }

    /**
     * Takes one of a caller's requests; the connection that it came by is the caller's from now on.
     *
     * @throws TooMany requests
     * @throws SandboxException {@code RATE_LIMITED}: connections
     */
    public Taken admit(HttpServerRequest request, String caller) {
        Taken taken = take(caller);
        connections.take(
                ((ConnectionBase) request.connection()).channelHandlerContext().channel(), caller);
        return taken;
    }

    /**
     * Takes one of a caller's requests: for what is asked in the middle of a connection.
     *
     * @throws TooMany requests
     */
    public Taken take(String caller) {
        return take(callers, caller, "requests a minute");
    }

    /** Notes that somebody at this address had wrong credentials; refuses when that was too often. */
    public void wrong(String address) {
        take(strangers, address, "wrong credentials a minute from your address");
    }

    /** Whether somebody at this address may try a token now; not when others were wrong too often. */
    public boolean mayGuess(String address) {
        return strangers.of(address).getAvailableTokens() > 0;
    }

    private static Taken take(Buckets buckets, String name, String of) {
        ConsumptionProbe probe = buckets.of(name).tryConsumeAndReturnRemaining(1);
        long reset = Instant.now().plusNanos(probe.getNanosToWaitForReset()).getEpochSecond();
        if (!probe.isConsumed()) {
            throw new TooMany(
                    new Taken(buckets.perMinute(), 0, reset), of, Duration.ofNanos(probe.getNanosToWaitForRefill()));
        }
        return new Taken(buckets.perMinute(), probe.getRemainingTokens(), reset);
    }

    /** Too many; carries what the answer's headers say. */
    public static final class TooMany extends RuntimeException {
        private final transient Taken taken;
        private final String of;
        private final Duration wait;

        TooMany(Taken taken, String of, Duration wait) {
            this.taken = taken;
            this.of = of;
            this.wait = wait;
        }

        /** For the answer. */
        public Map<String, String> headers() {
            var headers = new HashMap<>(taken.headers());
            headers.put("Retry-After", Long.toString(seconds()));
            return headers;
        }

        private long seconds() {
            return Math.max(1, wait.plusMillis(999).toSeconds());
        }

        public SandboxException error() {
            return new SandboxException(
                    ErrorCode.RATE_LIMITED,
                    "more than " + taken.limit() + " " + of,
                    "wait " + seconds() + " seconds",
                    null);
        }
    }
}
