package dev.sandjar.server.auth;

import dev.sandjar.SandboxException;
import dev.sandjar.server.config.ServerConfig;
import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.smallrye.jwt.auth.principal.DefaultJWTParser;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.auth.principal.JWTParser;
import io.smallrye.jwt.auth.principal.ParseException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jose4j.jwx.JsonWebStructure;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/** JSON Web Tokens by HS256 and RS256, each with keys of its own kind only; the owner is the claim {@code sub}. */
final class JwtTokens {
    private static final Pattern OWNER = Pattern.compile("[\\p{Graph}&&\\p{ASCII}][\\p{Print}&&\\p{ASCII}]{0,254}");
    private static final int SHORTEST_SECRET = 32; // RFC 7518, 3.2: no shorter than the digest

    private final JWTParser hs256;
    private final JWTParser rs256;
    private final @Nullable SecretKey secret;
    private final @Nullable SigningKeys keys;

    /** @throws IllegalArgumentException when a key is configured that is none */
    JwtTokens(ServerConfig.Jwt config) {
        hs256 = parser(config, SignatureAlgorithm.HS256);
        rs256 = parser(config, SignatureAlgorithm.RS256);
        secret = config.secret().map(JwtTokens::secret).orElse(null);
        keys = config.publicKey().map(JwtTokens::keys).orElse(null);
    }

    /** Whether it is to be looked at here at all: three parts. */
    static boolean looksLikeOne(String token) {
        int first = token.indexOf('.');
        return first > 0 && token.indexOf('.', first + 1) > first + 1;
    }

    /**
     * Whose token it is; empty when no key fits, or a claim does not.
     *
     * @throws dev.sandjar.SandboxException {@code UNAVAILABLE} when its key cannot be fetched now
     */
    Optional<String> owner(String token) {
        try {
            return subject(token).filter(OWNER.asMatchPredicate());
        } catch (SandboxException unclear) {
            throw unclear;
        } catch (ParseException
                | JoseException
                | RuntimeException refused) { // the library throws what it likes at nonsense
            return Optional.empty();
        }
    }

    private Optional<String> subject(String token) throws ParseException, JoseException {
        JsonWebStructure unproven = JsonWebStructure.fromCompactSerialization(token);
        String algorithm = unproven.getAlgorithmHeaderValue();
        if (secret != null && "HS256".equals(algorithm)) {
            return Optional.ofNullable(hs256.verify(token, secret).getSubject());
        }
        if (keys != null && "RS256".equals(algorithm)) {
            Optional<PublicKey> key = keys.of(unproven.getKeyIdHeaderValue());
            return key.isPresent()
                    ? Optional.ofNullable(rs256.verify(token, key.get()).getSubject())
                    : Optional.empty();
        }
        return Optional.empty();
    }

    private static SecretKey secret(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < SHORTEST_SECRET) {
            throw new IllegalArgumentException(
                    "sandjar.auth.jwt.secret has " + bytes.length + " bytes, allowed: " + SHORTEST_SECRET + " or more");
        }
        return new SecretKeySpec(bytes, "HmacSHA256");
    }

    private static SigningKeys keys(String location) {
        try {
            return location.startsWith("http:") || location.startsWith("https:")
                    ? RemoteKeys.at(location)
                    : KeySet.parse(Files.readString(Path.of(location)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("sandjar.auth.jwt.public-key is " + location + ": " + e.getMessage());
        } catch (IOException e) {
            throw new IllegalArgumentException("sandjar.auth.jwt.public-key is " + location + ": not readable");
        }
    }

    private static JWTParser parser(ServerConfig.Jwt config, SignatureAlgorithm algorithm) {
        var info = new JWTAuthContextInfo();
        info.setSignatureAlgorithm(Set.of(algorithm));
        config.issuer().ifPresent(info::setIssuedBy);
        config.audience().ifPresent(audience -> info.setExpectedAudience(Set.of(audience)));
        return new DefaultJWTParser(info);
    }
}
