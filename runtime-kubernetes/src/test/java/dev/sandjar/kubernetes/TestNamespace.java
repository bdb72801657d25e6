package dev.sandjar.kubernetes;

import dev.sandjar.SandboxId;
import dev.sandjar.kubernetes.pod.Marks;
import dev.sandjar.testing.Waiting;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
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

    @Override
    public void close() {
        client.namespaces().withName(name).delete();
        client.close();
    }
}
