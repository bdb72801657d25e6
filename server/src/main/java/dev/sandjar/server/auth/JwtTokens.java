package dev.sandjar.server.auth;

import dev.sandjar.server.config.ServerConfig;
import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.smallrye.jwt.auth.principal.DefaultJWTParser;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.auth.principal.JWTParser;
import io.smallrye.jwt.auth.principal.ParseException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.crypto.spec.SecretKeySpec;

/** JSON Web Tokens by HS256 and RS256; the owner is the claim {@code sub}. */
final class JwtTokens {
    private static final Pattern OWNER = Pattern.compile("[\\p{Graph}&&\\p{ASCII}][\\p{Print}&&\\p{ASCII}]{0,254}");

    private final List<JWTParser> parsers = new ArrayList<>();

    JwtTokens(ServerConfig.Jwt config) {
        config.secret().ifPresent(secret -> {
            byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
            if (bytes.length < 32) {
                throw new IllegalArgumentException(
                        "sandjar.auth.jwt.secret has " + bytes.length + " bytes, allowed: 32 or more");
            }
            JWTAuthContextInfo info = info(config, SignatureAlgorithm.HS256);
            info.setSecretVerificationKey(new SecretKeySpec(bytes, "HmacSHA256"));
            parsers.add(new DefaultJWTParser(info));
        });
        config.publicKey().ifPresent(location -> {
            JWTAuthContextInfo info = info(config, SignatureAlgorithm.RS256);
            info.setPublicKeyLocation(location);
            parsers.add(new DefaultJWTParser(info));
        });
    }

    /** Whether it is to be looked at here at all: three parts. */
    static boolean looksLikeOne(String token) {
        int first = token.indexOf('.');
        return first > 0 && token.indexOf('.', first + 1) > first + 1;
    }

    /** Whose token it is; empty when no key fits, or a claim does not. */
    Optional<String> owner(String token) {
        for (JWTParser parser : parsers) {
            try {
                return Optional.ofNullable(parser.parse(token).getSubject()).filter(OWNER.asMatchPredicate());
            } catch (ParseException notByThisKey) {
                // the next one may fit
            }
        }
        return Optional.empty();
    }

    private static JWTAuthContextInfo info(ServerConfig.Jwt config, SignatureAlgorithm algorithm) {
        var info = new JWTAuthContextInfo();
        info.setSignatureAlgorithm(Set.of(algorithm));
        config.issuer().ifPresent(info::setIssuedBy);
        config.audience().ifPresent(audience -> info.setExpectedAudience(Set.of(audience)));
        return info;
    }
}
