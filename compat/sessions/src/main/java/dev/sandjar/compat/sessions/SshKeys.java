package dev.sandjar.compat.sessions;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.jspecify.annotations.Nullable;

/** Keys to log in with: Ed25519, ECDSA and RSA. */
public final class SshKeys {
    private static final String ED25519 = "Ed25519";
    private static final String ED25519_OF_JAVA = "EdDSA";

    private SshKeys() {}

    /** A new Ed25519 key, for {@link SessionSpec.Builder#sshPublicKey} and {@link SessionSshClient.Builder#key(KeyPair)}. */
    public static KeyPair generate() {
        try {
            return usable(KeyPairGenerator.getInstance(ED25519).generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no Ed25519", e);
        }
    }

    /** The line for {@code authorized_keys}: type and base64. */
    public static String publicKey(KeyPair pair) {
        return PublicKeyEntry.toString(usable(pair).getPublic());
    }

    /**
     * Reads a private key that no passphrase protects, in the format of OpenSSH or in PEM.
     *
     * @throws UncheckedIOException the file cannot be read
     * @throws IllegalArgumentException it holds no such key
     */
    public static KeyPair read(Path file) {
        return read(file, null);
    }

    /**
     * Reads a private key, in the format of OpenSSH or in PEM.
     *
     * @param passphrase null when none protects it
     * @throws UncheckedIOException the file cannot be read
     * @throws IllegalArgumentException it holds no such key, or the passphrase is not its own
     */
    public static KeyPair read(Path file, @Nullable String passphrase) {
        byte[] content;
        try {
            content = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException("the key " + file + " cannot be read", e);
        }
        try (InputStream in = new ByteArrayInputStream(content)) {
            FilePasswordProvider password =
                    passphrase == null ? FilePasswordProvider.EMPTY : FilePasswordProvider.of(passphrase);
            Iterable<KeyPair> pairs = SecurityUtils.loadKeyPairIdentities(null, file::toString, in, password);
            if (pairs != null) {
                for (KeyPair pair : pairs) {
                    return pair;
                }
            }
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new IllegalArgumentException(
                    "the file " + file + " holds no private key that can be used, or needs another passphrase", e);
        }
        throw new IllegalArgumentException("the file " + file + " holds no private key");
    }

    /** The SSH library cannot use Java's own Ed25519 keys. */
    static KeyPair usable(KeyPair pair) {
        if (!pair.getPrivate().getAlgorithm().equals(ED25519_OF_JAVA)) {
            return pair;
        }
        try {
            KeyFactory factory = SecurityUtils.getKeyFactory(ED25519);
            return new KeyPair(
                    factory.generatePublic(
                            new X509EncodedKeySpec(pair.getPublic().getEncoded())),
                    factory.generatePrivate(
                            new PKCS8EncodedKeySpec(pair.getPrivate().getEncoded())));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("a key that SSH cannot use: Ed25519, ECDSA and RSA are allowed", e);
        }
    }
}
