package dev.sandjar.server.auth;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A folder with a file {@code OWNER.pem} for each owner that signs its requests. */
final class PublicKeys {
    private static final int SHORTEST = 2048; // bits
    private static final int LONGEST_OWNER = 255;
    private static final String SUFFIX = ".pem";
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z ]+)-----([^-]*)-----END \\1-----");
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500"); // its name in SPKI

    /** A key, and whose it is. */
    record Owned(String owner, RSAPublicKey key) {}

    private PublicKeys() {}

    /**
     * Keys by the SHA-256 of their SubjectPublicKeyInfo.
     *
     * @throws IOException when there is anything in the folder that is no such file, but for hidden ones
     */
    static Map<String, Owned> read(Path folder) throws IOException {
        var keys = new HashMap<String, Owned>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (!name.startsWith(".")) {
                    read(file, owner(file, name), keys);
                }
            }
        }
        return keys;
    }

    private static String owner(Path file, String name) throws IOException {
        int length = name.length() - SUFFIX.length();
        if (!name.endsWith(SUFFIX) || length < 1 || length > LONGEST_OWNER) {
            throw refused(file, "is not called OWNER.pem");
        }
        return name.substring(0, length);
    }

    private static void read(Path file, String owner, Map<String, Owned> keys) throws IOException {
        Matcher block = BLOCK.matcher(Files.readString(file));
        int count = 0;
        while (block.find()) {
            RSAPublicKey key = key(file, block.group(1), block.group(2));
            if (keys.putIfAbsent(LatestTokens.digest(key.getEncoded()), new Owned(owner, key)) != null) {
                throw refused(file, "has a key that is there already");
            }
            count++;
        }
        if (count == 0) {
            throw refused(file, "has no key");
        }
    }

    private static RSAPublicKey key(Path file, String kind, String base64) throws IOException {
        try {
            byte[] der = Base64.getMimeDecoder().decode(base64);
            byte[] spki = switch (kind) {
                case "PUBLIC KEY" -> der;
                case "RSA PUBLIC KEY" -> spki(der);
                default -> throw refused(file, "has a block " + kind);
            };
            var key = (RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(spki));
            if (key.getModulus().bitLength() < SHORTEST) {
                throw refused(file, "has a key of " + key.getModulus().bitLength() + " bits");
            }
            return key;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw refused(file, "has a key that cannot be read");
        }
    }

    private static IOException refused(Path file, String why) {
        return new IOException(
                "sandjar.auth.keys: " + file + " " + why + ", allowed: files OWNER.pem with RSA public keys of "
                        + SHORTEST + " bits or more, PUBLIC KEY or RSA PUBLIC KEY; see docs/kubebox.md");
    }

    /** PKCS#1 in what says that it is RSA. */
    private static byte[] spki(byte[] pkcs1) {
        byte[] bits = new byte[pkcs1.length + 1]; // the first says how many bits of the last are none
        System.arraycopy(pkcs1, 0, bits, 1, pkcs1.length);
        var inside = new ByteArrayOutputStream();
        inside.writeBytes(RSA);
        inside.writeBytes(der(0x03, bits));
        return der(0x30, inside.toByteArray());
    }

    private static byte[] der(int tag, byte[] content) {
        var all = new ByteArrayOutputStream();
        all.write(tag);
        if (content.length < 0x80) {
            all.write(content.length);
        } else {
            all.write(0x82);
            all.write(content.length >> 8);
            all.write(content.length);
        }
        all.writeBytes(content);
        return all.toByteArray();
    }
}
