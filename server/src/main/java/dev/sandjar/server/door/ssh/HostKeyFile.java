package dev.sandjar.server.door.ssh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.Collection;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.jspecify.annotations.Nullable;

/** The server's host key: a private key of any kind as {@code ssh-keygen} makes it, made if there is none. A file that is there is never written. */
final class HostKeyFile {
    private HostKeyFile() {}

    /** @throws IOException in words, when the file has no key that can be used */
    static KeyPair load(Path file) throws IOException {
        try {
            return Files.exists(file) ? read(file) : make(file);
        } catch (GeneralSecurityException | RuntimeException e) {
            throw unusable(file, e);
        }
    }

    private static KeyPair read(Path file) throws IOException, GeneralSecurityException {
        Collection<KeyPair> pairs;
        try {
            pairs = SecurityUtils.getKeyPairResourceParser().loadKeyPairs(null, file, FilePasswordProvider.EMPTY);
        } catch (IOException e) {
            throw unusable(file, e);
        }
        if (pairs == null || pairs.isEmpty()) {
            throw unusable(file, null);
        }
        return pairs.iterator().next();
    }

    private static KeyPair make(Path file) throws IOException, GeneralSecurityException {
        var keys = new SimpleGeneratorHostKeyProvider(file);
        keys.setAlgorithm("EC");
        keys.setKeySize(256);
        keys.setOverwriteAllowed(false);
        return keys.loadKeys(null).iterator().next();
    }

    private static IOException unusable(Path file, @Nullable Exception cause) {
        return new IOException(
                "the SSH host key cannot be read from " + file
                        + ": name a private key without a passphrase, or a file that is not there yet (sandjar.ssh.host-key)",
                cause);
    }
}
