package dev.sandjar.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import io.vertx.core.http.HttpServerRequest;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Requests that bring a signature instead of a token, as docs/kubebox.md says: each good once, now, and for one body. */
final class SignedRequests {
    private static final String SCHEME = "Kubebox ";
    private static final int COUNT = 5; // parts of the header
    private static final long WINDOW = 60_000; // ms that clocks may differ
    private static final Pattern TIME = Pattern.compile("[0-9]{1,15}");
    private static final Pattern NONCE = Pattern.compile("[A-Za-z0-9_-]{22,86}"); // 16 to 64 bytes
    private static final Pattern USUAL_PORT = Pattern.compile(":(80|443)$"); // which some clients say and some do not
    private static final int HASH = 32; // bytes of SHA-256

    private final Map<String, PublicKeys.Owned> keys;
    private final Map<String, Nonces> nonces = new ConcurrentHashMap<>(); // by key
    private final long started = System.currentTimeMillis();

    /** @param keys as {@link PublicKeys#read} gives them */
    SignedRequests(Map<String, PublicKeys.Owned> keys) {
        this.keys = keys;
    }

    /** @param digest what the body's must be */
    record Signed(String owner, String digest) {}

    static boolean isOne(String authorization) {
        return authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }

    /** @throws SandboxException {@code UNAUTHENTICATED}; {@code RATE_LIMITED} when there is no room for its nonce */
    Signed check(HttpServerRequest request, String authorization) {
        Parts parts = Parts.of(authorization.substring(SCHEME.length()));
        PublicKeys.Owned owned = keys.get(parts.key());
        if (owned == null) {
            throw wrong("its key is not known here", "have the operator put your public key into sandjar.auth.keys");
        }
        long time = Long.parseLong(parts.time());
        requireNow(time);
        String packet = String.join(
                "\n",
                request.method().name(),
                host(request),
                request.uri(),
                parts.time(),
                parts.nonce(),
                parts.digest());
        if (!isBy(owned.key(), packet, parts.signature())) {
            throw wrong(
                    "its signature is not that of its key and this request",
                    "sign what docs/kubebox.md says; proxies in between must leave method, Host and target as they are");
        }
        use(parts.key(), parts.nonce(), time); // only now: strangers must not use up what is not theirs
        return new Signed(owned.owner(), parts.digest());
    }

    /** Or another server that knows the key could be sent what was meant for this one. */
    private static String host(HttpServerRequest request) {
        return USUAL_PORT
                .matcher(Objects.toString(request.authority(), "").toLowerCase(Locale.ROOT))
                .replaceFirst("");
    }

    /** What the header says. */
    private record Parts(String key, String time, String nonce, String digest, String signature) {
        Parts {
            if (!TIME.matcher(time).matches() || !NONCE.matcher(nonce).matches()) {
                throw malformed();
            }
        }

        static Parts of(String text) {
            var parts = new HashMap<String, String>();
            for (String part : text.split(",", COUNT + 1)) {
                String[] pair = part.strip().split("=", 2);
                if (pair.length != 2 || parts.put(pair[0], pair[1]) != null) {
                    throw malformed();
                }
            }
            if (parts.size() != COUNT) {
                throw malformed();
            }
            return new Parts(
                    needed(parts, "key"),
                    needed(parts, "time"),
                    needed(parts, "nonce"),
                    needed(parts, "digest"),
                    needed(parts, "signature"));
        }

        private static String needed(Map<String, String> parts, String name) {
            String value = parts.get(name);
            if (value == null) {
                throw malformed();
            }
            return value;
        }
    }

    private void requireNow(long time) {
        if (Math.abs(System.currentTimeMillis() - time) > WINDOW) {
            throw wrong("its time is more than a minute from the server's", "set your clock, and sign it anew");
        }
        if (time < started) { // nobody knows which of these were used
            throw wrong("it was signed before the server started", "sign it anew");
        }
    }

    private void use(String key, String nonce, long time) {
        ByteBuffer digest = ByteBuffer.wrap(LatestTokens.sha256(nonce.getBytes(UTF_8)));
        var used = new Nonces.Nonce(digest.getLong(), digest.getLong());
        switch (nonces.computeIfAbsent(key, _ -> new Nonces(WINDOW)).use(used, time, System.currentTimeMillis())) {
            case FRESH -> {}
            case USED -> throw wrong("it was sent before", "sign each request anew, with a new nonce");
            case NO_ROOM ->
                throw new SandboxException(
                        ErrorCode.RATE_LIMITED, "this key has signed too many requests", "wait a minute", null);
        }
    }

    /** As kubebox signs: the packet's digest, which is hashed again. */
    private static boolean isBy(RSAPublicKey key, String packet, String signature) {
        int longestSalt = (key.getModulus().bitLength() - 1 + 7) / 8 - HASH - 2;
        try {
            Signature verify = Signature.getInstance("RSASSA-PSS");
            verify.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, longestSalt, 1));
            verify.initVerify(key);
            verify.update(LatestTokens.sha256(packet.getBytes(UTF_8)));
            return verify.verify(Base64.getDecoder().decode(signature));
        } catch (GeneralSecurityException | IllegalArgumentException malformed) {
            return false;
        }
    }

    private static SandboxException malformed() {
        return wrong(
                "its header is malformed",
                "send Authorization: Kubebox key=…, time=…, nonce=…, digest=…, signature=…, as docs/kubebox.md says");
    }

    /** Of a body that is not the one that was signed. */
    static SandboxException otherBody() {
        return wrong("its body is not the one that was signed", "send the digest of the body as sent");
    }

    private static SandboxException wrong(String why, String remedy) {
        return new SandboxException(ErrorCode.UNAUTHENTICATED, "the signed request is not taken: " + why, remedy, null);
    }
}
