package dev.sandjar.compat.kubebox.security;

import dev.sandjar.compat.kubebox.error.KubeboxException;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.RSAKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import javax.crypto.Cipher;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;

/** Keys, signatures and encryption as kubebox has them: RSA-PSS with the longest salt over the packet's SHA-256, and RSA-OAEP, both with SHA-256. */
public final class KubeboxSecurity {
    private static final int BITS = 2048;
    private static final int HASH = 32;

    private KubeboxSecurity() {}

    /**
     * Makes two new keys of 2048 bits.
     *
     * @return private PKCS 8, public PKCS 1
     */
    public static Keys generateKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(BITS);
            var pair = generator.generateKeyPair();
            var pub = (RSAPublicKey) pair.getPublic();
            return new Keys(
                    Pem.write("PRIVATE KEY", pair.getPrivate().getEncoded()),
                    Pem.write("RSA PUBLIC KEY", Der.publicKey(pub.getModulus(), pub.getPublicExponent())));
        } catch (GeneralSecurityException e) {
            throw broken(e);
        }
    }

    /**
     * Signs.
     *
     * @param packet of any length
     * @param privateKey PEM
     * @return as many bytes as the key has
     * @throws KubeboxException when that is no such key
     */
    public static byte[] signPacket(byte[] packet, String privateKey) {
        return sign(packet, Pem.privateKey(privateKey));
    }

    static byte[] sign(byte[] packet, RSAPrivateKey key) {
        try {
            Signature signature = pss(key);
            signature.initSign(key);
            signature.update(sha256(packet));
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw broken(e);
        }
    }

    /**
     * Looks whether the owner of a key has signed exactly this.
     *
     * @param packet what is said to be signed
     * @param signature as {@link #signPacket} made it
     * @param publicKey PEM
     * @return false for whatever is no such signature
     * @throws KubeboxException when that is no such key
     */
    public static boolean verifyPacket(byte[] packet, byte[] signature, String publicKey) {
        RSAPublicKey key = Pem.publicKey(publicKey);
        try {
            Signature verifier = pss(key);
            verifier.initVerify(key);
            verifier.update(sha256(packet));
            return verifier.verify(signature);
        } catch (SignatureException none) {
            return false;
        } catch (GeneralSecurityException e) {
            throw broken(e);
        }
    }

    /**
     * Encrypts for the owner of a key.
     *
     * @param packet at most 66 bytes fewer than the key has: 190 for one of 2048 bits
     * @param publicKey PEM
     * @return as many bytes as the key has
     * @throws KubeboxException when that is no such key, or the packet is too long for it
     */
    public static byte[] encryptPacket(byte[] packet, String publicKey) {
        RSAPublicKey key = Pem.publicKey(publicKey);
        int most = key.getModulus().bitLength() / 8 - 2 * HASH - 2;
        if (packet.length > most) {
            throw KubeboxException.invalid("packet", packet.length + " bytes", "at most " + most + " for this key");
        }
        try {
            Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
            cipher.init(Cipher.ENCRYPT_MODE, key, oaep());
            return cipher.doFinal(packet);
        } catch (GeneralSecurityException e) {
            throw broken(e);
        }
    }

    /**
     * Decrypts what {@link #encryptPacket} has encrypted.
     *
     * @param encrypted as many bytes as the key has
     * @param privateKey PEM
     * @return the packet
     * @throws KubeboxException when that is no such key, or this was not encrypted for it
     */
    public static byte[] decryptPacket(byte[] encrypted, String privateKey) {
        RSAPrivateKey key = Pem.privateKey(privateKey);
        try {
            Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
            cipher.init(Cipher.DECRYPT_MODE, key, oaep());
            return cipher.doFinal(encrypted);
        } catch (GeneralSecurityException notOurs) { // nothing more exact: it would help who guesses
            throw new KubeboxException(
                    "the packet was not encrypted for this key, or is damaged",
                    "let its sender encrypt it with the public key that belongs to this private one",
                    null);
        }
    }

    private static Signature pss(RSAKey key) throws GeneralSecurityException {
        int salt = (key.getModulus().bitLength() - 1 + 7) / 8 - HASH - 2;
        Signature signature = Signature.getInstance("RSASSA-PSS");
        signature.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, salt, 1));
        return signature;
    }

    private static OAEPParameterSpec oaep() {
        return new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw broken(e);
        }
    }

    private static IllegalStateException broken(GeneralSecurityException e) {
        return new IllegalStateException("this Java cannot do what RSA needs", e);
    }
}
