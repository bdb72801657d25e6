package dev.sandjar.compat.kubebox.security;

import dev.sandjar.compat.kubebox.error.KubeboxException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** RSA keys as text. No message has anything of a key in it. */
final class Pem {
    private static final int LONGEST = 64 << 10; // a key of 16,384 bits has 13,000 characters
    private static final int FEWEST_BITS = 2048;
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ((?:RSA )?(?:PRIVATE|PUBLIC) KEY)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    private Pem() {}

    static RSAPrivateCrtKey privateKey(String text) {
        Matcher block = block(text, "private key", "PRIVATE");
        byte[] content = content(block);
        byte[] pkcs8 = block.group(1).startsWith("RSA") ? Der.wrappedPrivateKey(content) : content;
        try {
            var key = (RSAPrivateCrtKey) rsa().generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            checkLength("private key", key.getModulus().bitLength());
            return key;
        } catch (GeneralSecurityException | ClassCastException e) {
            throw unreadable("private key");
        }
    }

    static RSAPublicKey publicKey(String text) {
        Matcher block = block(text, "public key", "PUBLIC");
        byte[] content = content(block);
        byte[] info = block.group(1).startsWith("RSA") ? Der.wrappedPublicKey(content) : content;
        try {
            var key = (RSAPublicKey) rsa().generatePublic(new X509EncodedKeySpec(info));
            checkLength("public key", key.getModulus().bitLength());
            return key;
        } catch (GeneralSecurityException e) {
            throw unreadable("public key");
        }
    }

    static String write(String kind, byte[] content) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + kind + "-----\n" + lines + "\n-----END " + kind + "-----\n";
    }

    static KeyFactory rsa() {
        try {
            return KeyFactory.getInstance("RSA");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no RSA", e);
        }
    }

    /** Lines may end with {@code \n} in two characters, as kubebox prints keys for files of settings. */
    private static Matcher block(String text, String what, String kind) {
        Matcher block = BLOCK.matcher(text.replace("\\n", "\n"));
        if (text.length() > LONGEST || !block.find() || !block.group(1).contains(kind)) {
            throw unreadable(what);
        }
        return block;
    }

    private static byte[] content(Matcher block) {
        try {
            return Base64.getMimeDecoder().decode(block.group(2).getBytes(StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException notBase64) {
            return new byte[0];
        }
    }

    private static void checkLength(String what, int bits) {
        if (bits < FEWEST_BITS) {
            throw KubeboxException.invalid(what, "one of " + bits + " bits", FEWEST_BITS + " bits or more");
        }
    }

    private static KubeboxException unreadable(String what) {
        return KubeboxException.invalid(
                what,
                "none of RSA as PEM",
                "a block that begins -----BEGIN "
                        + (what.startsWith("private")
                                ? "PRIVATE KEY----- (PKCS 8), or RSA PRIVATE KEY, not encrypted"
                                : "RSA PUBLIC KEY----- (PKCS 1), or PUBLIC KEY"));
    }
}
