package dev.sandjar.compat.kubebox.security;

import java.util.Map;
import java.util.Optional;

/**
 * Two keys that belong together, as text (PEM). Servers get the public one; the private one stays with whom it stands for.
 *
 * @param privateKey PKCS 8 where it was made here
 * @param publicKey PKCS 1 where it was made here
 */
public record Keys(String privateKey, String publicKey) {
    /** The variable of the environment that holds the private key. */
    public static final String PRIVATE_KEY_VARIABLE = "KUBEBOX_PRIVATE_KEY";

    /** The variable of the environment that holds the public key. */
    public static final String PUBLIC_KEY_VARIABLE = "KUBEBOX_PUBLIC_KEY";

    /**
     * Those of {@value #PRIVATE_KEY_VARIABLE} and {@value #PUBLIC_KEY_VARIABLE}.
     *
     * @return empty unless both are set
     */
    public static Optional<Keys> fromEnvironment() {
        return from(System.getenv());
    }

    static Optional<Keys> from(Map<String, String> environment) {
        return Optional.ofNullable(environment.get(PRIVATE_KEY_VARIABLE))
                .flatMap(priv -> Optional.ofNullable(environment.get(PUBLIC_KEY_VARIABLE))
                        .map(pub -> new Keys(priv, pub)));
    }

    /** Without the private one. */
    @Override
    public String toString() {
        return "Keys[publicKey=" + publicKey + "]";
    }
}
