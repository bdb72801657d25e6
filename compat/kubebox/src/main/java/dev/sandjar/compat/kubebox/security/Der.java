package dev.sandjar.compat.kubebox.security;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;

/**
 * The few lines of DER that Java lacks: the older forms of RSA keys (PKCS 1) are what the newer ones (PKCS 8, SubjectPublicKeyInfo) wrap, and Java
 * reads and writes only those.
 */
final class Der {
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OCTET_STRING = 0x04;
    private static final int SEQUENCE = 0x30;
    private static final byte[] RSA = {
        0x30, 13, 6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 13, 1, 1, 1, 5, 0
    }; // rsaEncryption, without parameters
    private static final byte[] ZERO = {0};

    private Der() {}

    static byte[] publicKey(BigInteger modulus, BigInteger exponent) {
        return tagged(SEQUENCE, tagged(INTEGER, modulus.toByteArray()), tagged(INTEGER, exponent.toByteArray()));
    }

    /** From PKCS 1 to SubjectPublicKeyInfo. */
    static byte[] wrappedPublicKey(byte[] publicKey) {
        return tagged(SEQUENCE, RSA, tagged(BIT_STRING, ZERO, publicKey)); // no unused bits
    }

    /** From PKCS 1 to PKCS 8. */
    static byte[] wrappedPrivateKey(byte[] privateKey) {
        return tagged(SEQUENCE, tagged(INTEGER, ZERO), RSA, tagged(OCTET_STRING, privateKey));
    }

    private static byte[] tagged(int tag, byte[]... parts) {
        var content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        var whole = new ByteArrayOutputStream();
        whole.write(tag);
        whole.writeBytes(length(content.size()));
        whole.writeBytes(content.toByteArray());
        return whole.toByteArray();
    }

    private static byte[] length(int size) {
        if (size < 0x80) {
            return new byte[] {(byte) size};
        }
        return size < 0x100
                ? new byte[] {(byte) 0x81, (byte) size}
                : new byte[] {(byte) 0x82, (byte) (size >> 8), (byte) size};
    }
}
