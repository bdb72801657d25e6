package dev.sandjar.system;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** JSON Web Tokens as a stranger makes them: by hand, so that wrong ones can be made too. */
final class Jwt {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private Jwt() {}

    static KeyPair rsa() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }

    /** What a good token says, for an hour. */
    static Map<String, Object> claims(String subject) {
        long now = Instant.now().getEpochSecond();
        return new TreeMap<>(Map.of(
                "sub", subject, "iss", "https://issuer.example", "aud", "sandjar", "iat", now, "exp", now + 3_600));
    }

    static String hs256(Map<String, Object> claims, byte[] secret) throws Exception {
        String text = text(Map.of("alg", "HS256", "typ", "JWT")) + "." + text(claims);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        return text + "." + BASE64.encodeToString(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
    }

    /** @param id of the key; null for none */
    static String rs256(Map<String, Object> claims, PrivateKey key, String id) throws Exception {
        var header = new LinkedHashMap<String, Object>(Map.of("alg", "RS256"));
        if (id != null) {
            header.put("kid", id);
        }
        String text = text(header) + "." + text(claims);
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(key);
        signature.update(text.getBytes(StandardCharsets.US_ASCII));
        return text + "." + BASE64.encodeToString(signature.sign());
    }

    static String none(Map<String, Object> claims, String algorithm) throws Exception {
        return text(Map.of("alg", algorithm)) + "." + text(claims) + ".";
    }

    static String pem(KeyPair pair) {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(pair.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    static String keySet(KeyPair pair, String id) {
        var key = (RSAPublicKey) pair.getPublic();
        return "{\"keys\": [{\"kty\": \"RSA\", \"use\": \"sig\", \"alg\": \"RS256\", \"kid\": \"" + id + "\", \"n\": \""
                + BASE64.encodeToString(key.getModulus().toByteArray()) + "\", \"e\": \""
                + BASE64.encodeToString(key.getPublicExponent().toByteArray()) + "\"}]}";
    }

    private static String text(Map<String, Object> object) throws Exception {
        return BASE64.encodeToString(JSON.writeValueAsBytes(object));
    }
}
