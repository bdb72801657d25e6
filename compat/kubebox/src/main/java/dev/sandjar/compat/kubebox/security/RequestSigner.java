package dev.sandjar.compat.kubebox.security;

import dev.sandjar.compat.kubebox.error.KubeboxException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.RSAPublicKeySpec;
import java.time.Clock;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;

/**
 * Signs requests with a private key, so that a server that knows the public one needs no other credentials. Each signature is good for one request:
 * it has the request's method, server, target and body in it, the time, and a word that is used once. Servers that look at no credentials ignore it.
 */
public final class RequestSigner {
    private static final int NONCE = 24; // bytes

    private final RSAPrivateCrtKey key;
    private final String keyId;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    private RequestSigner(RSAPrivateCrtKey key, Clock clock) {
        this.key = key;
        this.keyId = keyId(key);
        this.clock = clock;
    }

    /**
     * Of one key.
     *
     * @param privateKey PEM
     * @return signs with it
     * @throws KubeboxException when that is no such key
     */
    public static RequestSigner of(String privateKey) {
        return of(privateKey, Clock.systemUTC());
    }

    static RequestSigner of(String privateKey, Clock clock) {
        return new RequestSigner(Pem.privateKey(privateKey), clock);
    }

    /** By which a server knows the public key: the digest of its usual form. */
    private static String keyId(RSAPrivateCrtKey key) {
        try {
            var pub = Pem.rsa().generatePublic(new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent()));
            return hex(pub.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot do what RSA needs", e);
        }
    }

    /**
     * Signs one request.
     *
     * @param method such as {@code POST}
     * @param address of the server, path and query as they are sent
     * @param body exactly as it is sent; empty where there is none
     * @return the value of its header {@code Authorization}
     */
    public String authorization(String method, URI address, byte[] body) {
        byte[] bytes = new byte[NONCE];
        random.nextBytes(bytes);
        String nonce = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        String time = Long.toString(clock.millis());
        String digest = hex(body);
        String packet = String.join("\n", method, host(address), target(address), time, nonce, digest);
        byte[] signature = KubeboxSecurity.sign(packet.getBytes(StandardCharsets.UTF_8), key);
        return "Kubebox key=" + keyId + ", time=" + time + ", nonce=" + nonce + ", digest=" + digest + ", signature="
                + Base64.getEncoder().encodeToString(signature);
    }

    /** What the server sees of it in the header {@code Host}, of which clients leave out usual ports in ways of their own. */
    private static String host(URI address) {
        int port = address.getPort();
        String host = address.getHost().toLowerCase(Locale.ROOT);
        return port < 0 || port == 80 || port == 443 ? host : host + ":" + port;
    }

    private static String target(URI address) {
        String query = address.getRawQuery();
        return query == null ? address.getRawPath() : address.getRawPath() + "?" + query;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(KubeboxSecurity.sha256(bytes));
    }
}
