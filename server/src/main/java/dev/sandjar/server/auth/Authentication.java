package dev.sandjar.server.auth;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.server.config.ServerConfig;
import dev.sandjar.server.limit.RateLimits;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Tells whose credentials a request brings. Tokens are never logged. */
@Singleton
public class Authentication {
    /** How a protocol of a WebSocket begins that is none, but a token. */
    public static final String OFFERED = "sandjar.bearer.";

    private static final String HEADER = "send the header Authorization: Bearer TOKEN, or X-API-Key: TOKEN";
    private static final String TOKENS =
            "send a token that this server knows: its operator has them in a file (sandjar.auth.token-file, usually ~/.config/sandjar/token)";

    private final StaticTokens tokens;
    private final JwtTokens jwt;
    private final LatestTokens right = new LatestTokens(); // by which somebody has come in
    private final LatestTokens foreign = new LatestTokens(); // of programs in sandboxes
    private final RateLimits limits;
    private final Places places;
    private final TrustedNetworks trusted;
    private final SignedRequests signed;
    private final boolean askPlace;
    private final boolean madeToken;

    Authentication(ServerConfig config, RateLimits limits, Places places) throws IOException {
        Path file = config.auth().tokenFile().map(Path::of).orElseGet(TokenFile::standard);
        madeToken = TokenFile.makeIfMissing(file);
        tokens = StaticTokens.of(TokenFile.read(file));
        jwt = new JwtTokens(config.auth().jwt());
        this.limits = limits;
        this.places = places;
        trusted = new TrustedNetworks(config.auth().trusted());
        Optional<Path> keys = config.auth().keys().map(Path::of);
        signed = new SignedRequests(keys.isPresent() ? PublicKeys.read(keys.get()) : Map.of());
        askPlace = config.auth().kubernetes();
    }

    /** Whether there was no token file. */
    public boolean hasMadeToken() {
        return madeToken;
    }

    /**
     * By its headers {@code Authorization} and {@code X-API-Key}, or the token that a WebSocket offers as a protocol; without any, by the network that it comes from.
     *
     * @throws SandboxException {@code UNAUTHENTICATED}
     */
    public String owner(HttpServerRequest request) {
        String said = request.getHeader("Authorization");
        return owner(request, said != null ? said : offered(request));
    }

    /** A page cannot set headers of a WebSocket; its protocols it can: the token in base64url behind {@code sandjar.bearer.}. */
    private static @Nullable String offered(HttpServerRequest request) {
        String protocols = Objects.requireNonNullElse(request.getHeader("Sec-WebSocket-Protocol"), "");
        return Stream.of(protocols.split(","))
                .map(String::strip)
                .filter(protocol -> protocol.startsWith(OFFERED))
                .findFirst()
                .map(protocol -> "Bearer " + decoded(protocol.substring(OFFERED.length())))
                .orElse(null);
    }

    private static String decoded(String token) {
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            return ""; // nobody's
        }
    }

    /** Whose request it is, and what body it is good for. */
    public final class Credentials {
        private final String owner;
        private final String address;
        private final Optional<String> digest;

        private Credentials(String owner, String address, Optional<String> digest) {
            this.owner = owner;
            this.address = address;
            this.digest = digest;
        }

        public String owner() {
            return owner;
        }

        /**
         * Before anything is done.
         *
         * @param body empty when there is none
         * @throws SandboxException {@code UNAUTHENTICATED} unless a signed request has the body that was signed
         */
        public void requireBody(byte[] body) {
            if (digest.isPresent() && !digest.get().equals(LatestTokens.digest(body))) {
                limits.wrong(address);
                throw SignedRequests.otherBody();
            }
        }
    }

    /**
     * As {@link #owner(HttpServerRequest)}, also of requests that are signed: for doors that read a body whole before they act.
     *
     * @throws SandboxException {@code UNAUTHENTICATED}
     */
    public Credentials credentials(HttpServerRequest request) {
        String authorization = request.getHeader("Authorization");
        String address = Addresses.of(request);
        if (authorization == null || !SignedRequests.isOne(authorization)) {
            return new Credentials(owner(request), address, Optional.empty());
        }
        try {
            SignedRequests.Signed by = signed.check(request, authorization);
            return new Credentials(by.owner(), address, Optional.of(by.digest()));
        } catch (SandboxException e) {
            limits.wrong(address);
            throw e;
        }
    }

    /**
     * As {@link #owner(HttpServerRequest)} for a tunnel, for which {@code Proxy-Authorization} goes before.
     *
     * @throws SandboxException {@code UNAUTHENTICATED}
     */
    public String tunnelOwner(HttpServerRequest request) {
        String proxy = request.getHeader("Proxy-Authorization");
        return owner(request, proxy != null ? proxy : request.getHeader("Authorization"));
    }

    private String owner(HttpServerRequest request, @Nullable String authorization) {
        String apiKey = request.getHeader("X-API-Key");
        if (authorization == null && apiKey == null) {
            return trusted.owner(request);
        }
        String address = Addresses.of(request);
        String token = authorization == null ? apiKey : bearer(authorization);
        if (token == null) {
            limits.wrong(address);
            throw unknown("these credentials are of a kind that is not known here", HEADER);
        }
        return owner(token, address);
    }

    /**
     * Whose token it is.
     *
     * @param address where it comes from
     * @throws SandboxException {@code UNAUTHENTICATED}
     */
    public String owner(String token, String address) {
        Optional<String> owner =
                JwtTokens.looksLikeOne(token) ? signedOwner(token, address) : guessed(token, address, tokens::owner);
        return owner.orElseThrow(() -> {
            limits.wrong(address);
            return unknown("these credentials are not known here", TOKENS);
        });
    }

    /**
     * Whether it would let somebody in here, whoever that is: then it goes no further. What would not counts as a wrong one, but only once: a
     * program's own token comes with each request.
     *
     * @param authorization a header's value
     */
    public boolean isOurs(HttpServerRequest request, String authorization) {
        String token = bearer(authorization);
        if (token == null) {
            return SignedRequests.isOne(authorization); // a scheme of ours alone
        }
        String address = Addresses.of(request);
        return JwtTokens.looksLikeOne(token)
                ? jwt.owner(token).isPresent() || (askPlace && isOurs(token, address, places::owner))
                : isOurs(token, address, tokens::owner);
    }

    /** While nobody may guess, nobody is told: it could be ours. */
    private boolean isOurs(String token, String address, Function<String, Optional<String>> look) {
        boolean counted = foreign.has(token); // but it may have become ours meanwhile
        if (!counted && !right.has(token) && !limits.mayGuess(address)) {
            limits.wrong(address);
        }
        boolean ours = look.apply(token).isPresent();
        if (!ours && !counted) {
            limits.wrong(address);
            foreign.set(token, true);
        }
        return ours;
    }

    /** A signature cannot be guessed, but asking a cluster costs it a call. */
    private Optional<String> signedOwner(String token, String address) {
        Optional<String> owner = jwt.owner(token);
        return owner.isPresent() || !askPlace ? owner : guessed(token, address, places::owner);
    }

    /** Whoever is wrong too often is not asked about. A token that was right before still is, whatever a neighbour behind the same address does. */
    private Optional<String> guessed(String token, String address, Function<String, Optional<String>> look) {
        if (!limits.mayGuess(address) && !right.has(token)) {
            return Optional.empty();
        }
        Optional<String> owner = look.apply(token);
        right.set(token, owner.isPresent());
        return owner;
    }

    private static @Nullable String bearer(String authorization) {
        return authorization.regionMatches(true, 0, "Bearer ", 0, 7)
                ? authorization.substring(7).strip()
                : null;
    }

    static SandboxException none() {
        return unknown("no credentials", HEADER);
    }

    static SandboxException none(String whyNeeded) {
        return unknown("no credentials, and " + whyNeeded, HEADER);
    }

    private static SandboxException unknown(String message, String remedy) {
        return new SandboxException(ErrorCode.UNAUTHENTICATED, message, remedy, null);
    }
}
