package dev.sandjar.compat.kmetis.ssh;

import dev.sandjar.compat.kmetis.error.SandboxException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.util.security.SecurityUtils;

/** A private key: RSA, ECDSA or Ed25519, as PKCS 1, PKCS 8 or OpenSSH write it. Two of the same key are equal. */
public final class SshKey {
    private static final String PEM = "-----BEGIN";
    private static final String REMEDY =
            "give the text of an RSA, ECDSA or Ed25519 key without a passphrase, beginning with " + PEM
                    + ", or the path of its file";

    private final KeyPair pair;
    private final String fingerprint;

    private SshKey(KeyPair pair) {
        this.pair = pair;
        this.fingerprint = KeyUtils.getFingerPrint(pair.getPublic());
    }

    /**
     * Reads a key.
     *
     * @param textOrPath its text, or the path of a file with it
     * @return the key
     * @throws SandboxException when it is none; what was given is not quoted, since it might be one after all
     */
    public static SshKey of(String textOrPath) {
        return textOrPath.stripLeading().startsWith(PEM) ? parse(textOrPath) : read(textOrPath);
    }

    private static SshKey read(String path) {
        try {
            return parse(Files.readString(Path.of(path)));
        } catch (IOException | InvalidPathException e) {
            throw new SandboxException(
                    "the private key is neither a key's text nor a file that can be read", REMEDY, null);
        }
    }

    private static SshKey parse(String text) {
        try {
            var bytes = new ByteArrayInputStream(text.strip().concat("\n").getBytes(StandardCharsets.UTF_8));
            Iterable<KeyPair> pairs = SecurityUtils.loadKeyPairIdentities(
                    null, NamedResource.ofName("private key"), bytes, FilePasswordProvider.EMPTY);
            if (pairs != null) {
                for (KeyPair pair : pairs) {
                    return new SshKey(pair);
                }
            }
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new SandboxException(
                    "the private key cannot be read (" + e.getClass().getSimpleName() + ")", REMEDY, null);
        }
        throw new SandboxException("the private key's text has no key", REMEDY, null);
    }

    KeyPair pair() {
        return pair;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SshKey key && key.fingerprint.equals(fingerprint);
    }

    @Override
    public int hashCode() {
        return fingerprint.hashCode();
    }

    /** The fingerprint, which is no secret. */
    @Override
    public String toString() {
        return fingerprint;
    }
}
