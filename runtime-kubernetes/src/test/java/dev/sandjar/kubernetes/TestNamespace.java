package dev.sandjar.kubernetes;

import dev.sandjar.SandboxId;
import dev.sandjar.kubernetes.pod.Marks;
import dev.sandjar.kubernetes.pod.SandboxSecret;
import dev.sandjar.runtime.SandboxKey;
import dev.sandjar.testing.Waiting;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;

/** A namespace for one test, with whatever the test wants to be wrong there; gone with it. */
public final class TestNamespace implements AutoCloseable {
    final String name = "sandjar-test-" + UUID.randomUUID().toString().substring(0, 8);
    final KubernetesClient client;

    public TestNamespace() throws Exception {
        client = TestCluster.options(Map.of()).connect();
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build())
                .create();
        Waiting.until(
                "it has its service account",
                () -> client.serviceAccounts()
                                .inNamespace(name)
                                .withName("default")
                                .get()
                        != null);
    }

    public String name() {
        return name;
    }

    public KubernetesClient client() {
        return client;
    }

    KubernetesRuntime runtime(Map<String, String> options) {
        var all = new java.util.HashMap<>(options);
        all.put("namespace", name);
        return TestCluster.open(all);
    }

    /** A pod that wears the label of our sandboxes. */
    void somebodyElsesPod(String podName, SandboxId label) {
        client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(podName)
                        .withNamespace(name)
                        .withLabels(Marks.labels(label))
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("c")
                        .withImage(TestCluster.IMAGE)
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
    }

    /** A secret such as ours, with whatever somebody wrote into it. */
    void secret(SandboxId id, Map<String, String> annotations) {
        client.resource(new SecretBuilder(SandboxSecret.of(id, SandboxKey.random(), "{}", Duration.ofSeconds(1)))
                        .editMetadata()
                        .withNamespace(name)
                        .withAnnotations(annotations)
                        .endMetadata()
                        .build())
                .create();
    }

    /** For one of its service accounts. */
    String kubeconfigOf(String account) throws Exception {
        Waiting.until(
                "it has its token",
                () -> client.secrets().inNamespace(name).list().getItems().stream()
                        .anyMatch(one -> isTokenOf(one, account)));
        String token = client.secrets().inNamespace(name).list().getItems().stream()
                .filter(one -> isTokenOf(one, account))
                .map(one -> one.getData().get("token"))
                .findFirst()
                .orElseThrow();
        return kubeconfigWith(new String(Base64.getDecoder().decode(token), StandardCharsets.UTF_8));
    }

    private static boolean isTokenOf(Secret secret, String account) {
        return account.equals(secret.getMetadata().getAnnotations().get("kubernetes.io/service-account.name"));
    }

    /** For whoever has that token. */
    String kubeconfigWith(String token) {
        return """
                apiVersion: v1
                kind: Config
                clusters: [{name: c, cluster: {server: "%s", insecure-skip-tls-verify: true}}]
                users: [{name: u, user: {token: "%s"}}]
                contexts: [{name: x, context: {cluster: c, user: u}}]
                current-context: x
                """.formatted(client.getMasterUrl(), token);
    }

    @Override
    public void close() {
        client.namespaces().withName(name).delete();
        client.close();
    }
}
