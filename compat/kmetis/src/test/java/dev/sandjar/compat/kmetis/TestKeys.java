package dev.sandjar.compat.kmetis;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.Base64;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;

/** A key pair as users have them. */
public record TestKeys(KeyPair pair) {
    private static final int RSA_HEADER = 26; // of PKCS 8 around PKCS 1, for 2048 bits

    /** @param type as in {@code authorized_keys} */
    public static TestKeys make(String type) throws Exception {
        int size = type.equals("ssh-rsa") ? 2048 : 256;
        return new TestKeys(KeyUtils.generateKeyPair(type, size));
    }

    public String publicLine() {
        return PublicKeyEntry.toString(pair.getPublic()) + " somebody@somewhere";
    }

    public String openSsh() throws Exception {
        var text = new ByteArrayOutputStream();
        OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(pair, "somebody@somewhere", null, text);
        return text.toString(StandardCharsets.UTF_8);
    }

    public String pkcs8() {
        return pem("PRIVATE KEY", pair.getPrivate().getEncoded());
    }

    /** RSA only. */
    public String pkcs1() {
        byte[] pkcs8 = pair.getPrivate().getEncoded();
        return pem("RSA PRIVATE KEY", Arrays.copyOfRange(pkcs8, RSA_HEADER, pkcs8.length));
    }

    private static String pem(String name, byte[] key) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key);
        return "-----BEGIN " + name + "-----\n" + text + "\n-----END " + name + "-----\n";
    }
}
