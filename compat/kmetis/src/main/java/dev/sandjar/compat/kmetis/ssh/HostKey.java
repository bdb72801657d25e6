package dev.sandjar.compat.kmetis.ssh;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;

/** The key that one sandbox's sshd shows, so that nobody else can answer in its place: ECDSA on P-256, which the JDK makes by itself. */
public final class HostKey {
    private final KeyPair pair;

    private HostKey(KeyPair pair) {
        this.pair = pair;
    }

    /**
     * Makes a new one.
     *
     * @return unlike any other
     */
    public static HostKey generate() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return new HostKey(generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has P-256", e);
        }
    }

    /**
     * For the sandbox alone.
     *
     * @return the private key as OpenSSH writes it
     */
    public String privateText() {
        var text = new ByteArrayOutputStream();
        try {
            OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(pair, null, null, text);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("it is not encrypted and goes to memory", e);
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    /**
     * For all.
     *
     * @return the public key as one line
     */
    public String publicLine() {
        return PublicKeyEntry.toString(pair.getPublic());
    }

    /**
     * Reads such a line.
     *
     * @param line as {@link #publicLine} makes it
     * @return the key
     */
    public static PublicKey parse(String line) {
        try {
            return PublicKeyEntry.parsePublicKeyEntry(line)
                    .resolvePublicKey(null, null, PublicKeyEntryResolver.FAILING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
