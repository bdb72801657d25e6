package dev.sandjar.compat.kubebox.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The header that stands for a private key. */
class RequestSignerTest {
    private static final byte[] NOTHING = {};

    private final Keys keys = KubeboxSecurity.generateKeys();
    private final RequestSigner signer =
            RequestSigner.of(keys.privateKey(), Clock.fixed(Instant.ofEpochMilli(1_700_000_000_123L), ZoneOffset.UTC));

    private Map<String, String> signed(String method, String target, byte[] body) {
        String header = signer.authorization(method, URI.create("http://Box.example:8080" + target), body);
        assertThat(header).startsWith("Kubebox ");
        return Arrays.stream(header.substring("Kubebox ".length()).split(", "))
                .map(part -> part.split("=", 2))
                .collect(Collectors.toMap(part -> part[0], part -> part[1]));
    }

    private boolean verifies(Map<String, String> parts, String packet) {
        return KubeboxSecurity.verifyPacket(
                packet.getBytes(StandardCharsets.UTF_8),
                Base64.getDecoder().decode(parts.get("signature")),
                keys.publicKey());
    }

    @Test
    void itsPartsAreSignedInTheirOrder() {
        byte[] body = "{\"ä\":1}".getBytes(StandardCharsets.UTF_8);
        Map<String, String> parts = signed("POST", "/a?b=%20", body);

        String digest = HexFormat.of().formatHex(KubeboxSecurity.sha256(body));
        assertThat(parts.keySet()).isEqualTo(Set.of("key", "time", "nonce", "digest", "signature"));
        assertThat(parts.get("time")).isEqualTo("1700000000123");
        assertThat(parts.get("digest")).isEqualTo(digest);
        assertThat(verifies(
                        parts,
                        "POST\nbox.example:8080\n/a?b=%20\n1700000000123\n" + parts.get("nonce") + "\n" + digest))
                .isTrue();
    }

    @Test
    void itIsGoodForNoOtherRequest() {
        Map<String, String> parts = signed("GET", "/a", NOTHING);
        String rest = "\n1700000000123\n" + parts.get("nonce") + "\n" + parts.get("digest");

        assertThat(verifies(parts, "GET\nbox.example:8080\n/a" + rest)).isTrue();
        assertThat(verifies(parts, "GET\nbox.example:8080\n/b" + rest)).isFalse();
        assertThat(verifies(parts, "GET\nbox.example\n/a" + rest)).isFalse();
        assertThat(verifies(parts, "POST\nbox.example:8080\n/a" + rest)).isFalse();
    }

    @Test
    void theKeyIsNamedByTheDigestOfItsPublicHalf() {
        String id = HexFormat.of()
                .formatHex(
                        KubeboxSecurity.sha256(Pem.publicKey(keys.publicKey()).getEncoded()));

        assertThat(signed("GET", "/", NOTHING)).containsEntry("key", id);
    }

    @Test
    void noNonceComesTwice() {
        var nonces = new HashSet<String>();
        for (int i = 0; i < 100; i++) {
            nonces.add(signed("GET", "/", NOTHING).get("nonce"));
        }

        assertThat(nonces).hasSize(100).allMatch(nonce -> nonce.matches("[A-Za-z0-9_-]{22,64}"));
    }
}
