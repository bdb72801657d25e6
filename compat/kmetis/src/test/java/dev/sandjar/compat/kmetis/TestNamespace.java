package dev.sandjar.compat.kmetis;

import dev.sandjar.testing.RealCluster;
import dev.sandjar.testing.Waiting;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A namespace of the real cluster for one test class, gone with it. */
public final class TestNamespace implements AutoCloseable {
    /** Has OpenSSH, and starts it by itself. */
    public static final String SSH_IMAGE = RealCluster.sshImage();

    /** Has a shell, statically linked, and no libraries at all. */
    public static final String SMALL_IMAGE = RealCluster.smallImage();

    public static final String PYTHON_IMAGE = RealCluster.image();
    public static final Path KUBECONFIG =
            Path.of(RealCluster.options().getOrDefault("kubeconfig", System.getenv("KUBECONFIG")));

    final String name = "sandjar-test-" + UUID.randomUUID().toString().substring(0, 8);
    final KubernetesClient client = new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(KUBECONFIG.toFile()))
            .build();

    public TestNamespace() throws Exception {
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

    /** Not what the environment of the test says. */
    Configuration configuration() {
        return new Configuration(name, "root", 22, Duration.ofSeconds(30));
    }

    /** OpenSSH in an image that has none. */
    public K8sSandboxBuilder sandboxes() {
        return sandboxes(configuration());
    }

    public K8sSandboxBuilder sandboxes(Configuration configuration) {
        return K8sSandbox.builder(configuration)
                .kubeconfig(KUBECONFIG)
                .image(SMALL_IMAGE)
                .bringSsh(SSH_IMAGE)
                .pod(TestNamespace::light);
    }

    /** Many at once on two processors: nothing is set aside. */
    static Pod light(Pod pod) {
        var light = new PodBuilder(pod).editSpec();
        for (int i = 0; i < pod.getSpec().getInitContainers().size(); i++) {
            light.editInitContainer(i)
                    .editResources()
                    .addToRequests("cpu", new Quantity("10m"))
                    .endResources()
                    .endInitContainer();
        }
        return light.editFirstContainer()
                .editResources()
                .addToRequests("cpu", new Quantity("10m"))
                .endResources()
                .endContainer()
                .endSpec()
                .build();
    }

    Pod pod(String id) {
        return client.pods().inNamespace(name).withName(id).get();
    }

    Secret secret(String id) {
        return client.secrets().inNamespace(name).withName(id).get();
    }

    List<String> pods() {
        return client.pods().inNamespace(name).list().getItems().stream()
                .map(pod -> pod.getMetadata().getName())
                .toList();
    }

    /** Those of sandboxes. */
    List<String> secrets() {
        return client.secrets().inNamespace(name).withLabel("app", "k8s-sandbox").list().getItems().stream()
                .map(secret -> secret.getMetadata().getName())
                .toList();
    }

    /** Empty while the cluster does not know yet that it runs, which its address may be known before. */
    String log(String id) {
        try {
            return client.pods()
                    .inNamespace(name)
                    .withName(id)
                    .inContainer("sandbox")
                    .getLog();
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_BAD_REQUEST) {
                return "";
            }
            throw e;
        }
    }

    /** Wears no label of ours. */
    void somebodyElsesPod(String podName) {
        client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(podName)
                        .withNamespace(name)
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("c")
                        .withImage(SMALL_IMAGE)
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
    }

    /** By one of the same name, as somebody would who restores a backup. */
    void replace(String id) throws Exception {
        Pod pod = pod(id);
        Secret secret = secret(id);
        client.resource(pod).withGracePeriod(0).delete();
        Waiting.until("both are gone", () -> pod(id) == null && secret(id) == null);
        client.resource(new SecretBuilder(secret)
                        .editMetadata()
                        .withResourceVersion(null)
                        .withUid(null)
                        .withOwnerReferences()
                        .endMetadata()
                        .build())
                .create();
        client.resource(new PodBuilder(pod)
                        .editMetadata()
                        .withResourceVersion(null)
                        .withUid(null)
                        .endMetadata()
                        .editSpec()
                        .withNodeName(null)
                        .endSpec()
                        .withStatus(null)
                        .build())
                .create();
        Waiting.until("it answers", () -> {
            Pod now = pod(id);
            String ip = now == null || now.getStatus() == null
                    ? null
                    : now.getStatus().getPodIP();
            return ip != null && Banner.isShown(ip, 22);
        });
    }

    /** As a pod of this namespace would see the cluster; its token and certificate lie in the folder. */
    ClusterAccess asServiceAccount(Path folder) throws Exception {
        Waiting.until("it has its token", () -> token().isPresent());
        Files.writeString(folder.resolve("token"), decoded(token().orElseThrow(), "token"));
        Files.writeString(folder.resolve("ca.crt"), decoded(token().orElseThrow(), "ca.crt"));
        var master = client.getMasterUrl();
        return new ClusterAccess(
                Optional.empty(),
                Optional.empty(),
                Map.of(
                        "KUBERNETES_SERVICE_HOST", master.getHost(),
                        "KUBERNETES_SERVICE_PORT", Integer.toString(master.getPort())),
                folder);
    }

    private Optional<Secret> token() {
        return client.secrets().inNamespace(name).list().getItems().stream()
                .filter(secret -> secret.getType().equals("kubernetes.io/service-account-token"))
                .findFirst();
    }

    private static String decoded(Secret secret, String entry) {
        return new String(Base64.getDecoder().decode(secret.getData().get(entry)), StandardCharsets.UTF_8);
    }

    /** As the cluster's refusal says it. */
    String whoIs(Config config) {
        try (var other = new KubernetesClientBuilder().withConfig(config).build()) {
            other.nodes().list();
            throw new AssertionError("it may list nodes");
        } catch (KubernetesClientException refused) {
            return refused.getStatus().getMessage().replaceFirst(".*User \"([^\"]*)\".*", "$1");
        }
    }

    @Override
    public void close() {
        client.namespaces().withName(name).delete();
        client.close();
    }
}
