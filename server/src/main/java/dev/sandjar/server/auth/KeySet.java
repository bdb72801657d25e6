package dev.sandjar.server.auth;

import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.smallrye.jwt.util.KeyUtils;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/** RSA public keys, as they were read. */
record KeySet(List<Key> keys) implements SigningKeys {
    /** One of them; the only one of a PEM file has no id. */
    record Key(@Nullable String id, PublicKey key) {}

    KeySet {
        keys = List.copyOf(keys);
    }

    /**
     * @param text a PEM public key, or a JSON Web Key Set, of which only the RSA keys for signatures count
     * @throws IllegalArgumentException when there is no key in it
     */
    static KeySet parse(String text) {
        try {
            return text.stripLeading().startsWith("{")
                    ? new KeySet(new JsonWebKeySet(text)
                                    .getJsonWebKeys().stream()
                                            .filter(RsaJsonWebKey.class::isInstance)
                                            .map(RsaJsonWebKey.class::cast)
                                            .filter(key -> !"enc".equals(key.getUse()))
                                            .map(key -> new Key(key.getKeyId(), key.getRsaPublicKey()))
                                            .toList())
                            .notEmpty()
                    : new KeySet(List.of(new Key(null, KeyUtils.decodePublicKey(text, SignatureAlgorithm.RS256))));
        } catch (JoseException | GeneralSecurityException e) {
            throw new IllegalArgumentException("neither a PEM public key nor a JSON Web Key Set", e);
        }
    }

    private KeySet notEmpty() {
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("no RSA key in this JSON Web Key Set");
        }
        return this;
    }

    @Override
    public Optional<PublicKey> of(@Nullable String id) {
        if (keys.size() == 1 && (id == null || keys.getFirst().id() == null)) {
            return Optional.of(keys.getFirst().key());
        }
        return keys.stream()
                .filter(key -> id != null && id.equals(key.id()))
                .map(Key::key)
                .findFirst();
    }
}
