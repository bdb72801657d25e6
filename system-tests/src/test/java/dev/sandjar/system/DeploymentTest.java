package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.ErrorCode;
import dev.sandjar.Finding;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import dev.sandjar.testing.RealCluster;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What deploy/kustomize describes, applied to the real cluster: two servers inside it, with the rights that are written there and no others. */
@Timeout(240)
@Tag("cluster")
class DeploymentTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String OVERLAY = Path.of("../deploy/kustomize/overlays/test")
            .toAbsolutePath()
            .normalize()
            .toString();
    private static final String TOKEN = "token-of-alice";

    @BeforeAll
    static void apply() {
        assumeTrue(RealCluster.breakable(), "a cluster that was given gets no image of ours");
        RealCluster.script("server");
        RealCluster.kubectl("apply", "-k", OVERLAY);
        RealCluster.kubectl(
                "-n",
                "sandjar",
                "create",
                "secret",
                "generic",
                "sandjar-tokens",
                "--from-literal=tokens=alice:" + TOKEN + "\ndefault:token-of-the-operator\n");
        rolledOut();
    }

    @AfterAll
    static void remove() {
        if (RealCluster.breakable()) {
            RealCluster.kubectl("delete", "-k", OVERLAY, "--wait=true", "--timeout=90s");
        }
    }

    private static void rolledOut() {
        RealCluster.kubectl("-n", "sandjar", "rollout", "status", "deployment/sandjar", "--timeout=150s");
    }

    /** Of every replica that is ready and not ending. */
    private static List<String> addresses() throws Exception {
        var addresses = new ArrayList<String>();
        JsonNode pods = JSON.readTree(RealCluster.kubectl("-n", "sandjar", "get", "pods", "-o", "json"));
        for (JsonNode pod : pods.path("items")) {
            if (!pod.path("metadata").has("deletionTimestamp")
                    && pod.at("/status/containerStatuses/0/ready").asBoolean()) {
                addresses.add("http://" + pod.at("/status/podIP").asText() + ":8080?cleartext=true");
            }
        }
        return addresses;
    }

    private static String serviceAccountToken() throws Exception {
        JsonNode secrets = JSON.readTree(RealCluster.kubectl("-n", "default", "get", "secrets", "-o", "json"));
        for (JsonNode secret : secrets.path("items")) {
            if (secret.path("type").asText().equals("kubernetes.io/service-account-token")
                    && secret.at("/metadata/annotations")
                            .path("kubernetes.io/service-account.name")
                            .asText()
                            .equals("default")) {
                return new String(
                        Base64.getDecoder().decode(secret.at("/data/token").asText()), StandardCharsets.UTF_8);
            }
        }
        throw new AssertionError("the service account default has no token");
    }

    @Test
    void anyOfTwoServersServesAnySandboxAndOutlivesAnUpgrade() throws Exception {
        List<String> before = addresses();
        assertThat(before).hasSize(2);
        try (Sandboxes one = Sandboxes.open(before.getFirst(), TOKEN);
                Sandboxes other = Sandboxes.open(before.getLast(), TOKEN)) {
            Sandbox sandbox = one.create(SandboxSpec.builder().build());
            assertThat(sandbox.run("python3", "-c", "print(40 + 2)").stdout()).isEqualTo("42\n");
            assertThat(other.get(sandbox.id()).run("echo", "hello").stdout()).isEqualTo("hello\n");
            sandbox.files().write("kept", "kept".getBytes(StandardCharsets.UTF_8));

            RealCluster.kubectl("-n", "sandjar", "rollout", "restart", "deployment/sandjar");
            rolledOut();
            try (Sandboxes next = Sandboxes.open(addresses().getFirst(), TOKEN)) {
                assertThat(next.get(sandbox.id()).run("cat", "kept").stdout()).isEqualTo("kept");
                next.get(sandbox.id()).delete();
            }
        }
    }

    @Test
    void aServiceAccountsTokenIsAnIdentity() throws Exception {
        try (Sandboxes theirs = Sandboxes.open(addresses().getFirst(), serviceAccountToken());
                Sandboxes alices = Sandboxes.open(addresses().getLast(), TOKEN);
                Sandbox sandbox = theirs.create(SandboxSpec.builder().build())) {
            assertThat(sandbox.info().owner()).isEqualTo("system:serviceaccount:default:default");
            assertThatThrownBy(() -> alices.get(sandbox.id()))
                    .isInstanceOfSatisfying(
                            SandboxException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SANDBOX_NOT_FOUND));
        }
    }

    @Test
    void aTokenThatTheClusterDoesNotKnowIsRefused() throws Exception {
        String token = serviceAccountToken();
        String forged = token.substring(0, token.length() - 4) + "AAAA";
        try (Sandboxes nobody = Sandboxes.open(addresses().getFirst(), forged)) {
            assertThatThrownBy(() -> nobody.list(0, 1))
                    .isInstanceOfSatisfying(
                            SandboxException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAUTHENTICATED));
        }
    }

    @Test
    void doctorFindsThatTheRightsAreEnough() throws Exception {
        try (Sandboxes operator = Sandboxes.open(addresses().getFirst(), "token-of-the-operator")) {
            assertThat(operator.doctor())
                    .filteredOn(finding -> finding.code().equals("permissions"))
                    .extracting(Finding::level)
                    .containsExactly(Finding.Level.GOOD);
        }
    }
}
