package dev.sandjar.server.auth;

import java.security.PublicKey;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The public keys of whoever makes tokens. */
@FunctionalInterface
interface SigningKeys {
    /**
     * The one to check a token with.
     *
     * @param id which one the token names; null when it names none, which is enough where there is only one
     * @throws dev.sandjar.SandboxException {@code UNAVAILABLE} when it cannot be had now
     */
    Optional<PublicKey> of(@Nullable String id);
}
