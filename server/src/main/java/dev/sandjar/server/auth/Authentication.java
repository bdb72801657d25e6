package dev.sandjar.server.auth;

import dev.sandjar.server.config.ServerConfig;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells whose credentials a request brings. Tokens are never logged. */
@Singleton
public class Authentication {
    private final TokenFile tokens;
    private final JwtTokens jwt;

    Authentication(ServerConfig config) throws IOException {
        Path file = config.auth().tokenFile().map(Path::of).orElseGet(TokenFile::standard);
        TokenFile.makeIfMissing(file);
        tokens = TokenFile.read(file);
        jwt = new JwtTokens(config.auth().jwt());
    }

    /**
     * @param authorization the header {@code Authorization}
     * @param apiKey the header {@code X-API-Key}
     */
    public Optional<String> owner(@Nullable String authorization, @Nullable String apiKey) {
        if (authorization != null && authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
            String token = authorization.substring(7).strip();
            return tokens.owner(token).or(() -> token.indexOf('.') > 0 ? jwt.owner(token) : Optional.empty());
        }
        return apiKey == null ? Optional.empty() : tokens.owner(apiKey.strip());
    }
}
