package dev.sandjar.compat.orbiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.testing.RealCluster;
import dev.sandjar.testing.Waiting;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On the real cluster, in a namespace of each test's own. */
@Tag("cluster")
class KubernetesSandboxTest {
    private final String namespace =
            "sandjar-test-" + UUID.randomUUID().toString().substring(0, 8);
    private final Map<String, String> options = new HashMap<>(RealCluster.options());
    private final Map<String, String> environment = environment();
    private KubernetesClient client;

    private Map<String, String> environment() {
        String kubeconfig = options.remove("kubeconfig");
        return Map.of(
                "KUBECONFIG",
                kubeconfig == null ? System.getenv("KUBECONFIG") : kubeconfig,
                "ORBITER_K8S_NAMESPACE",
                namespace,
                "ORBITER_K8S_IMAGE",
                RealCluster.image());
    }

    @BeforeEach
    void makeNamespace() throws Exception {
        client = ClusterAccess.find(builder().build().settings).client();
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .endMetadata()
                        .build())
                .create();
        Waiting.until(
                "it has its service account",
                () -> client.serviceAccounts()
                                .inNamespace(namespace)
                                .withName("default")
                                .get()
                        != null);
    }

    @AfterEach
    void removeNamespace() {
        client.namespaces().withName(namespace).delete();
        client.close();
    }

    private SandboxBuilder<KubernetesSandbox> builder() {
        return KubernetesSandbox.builder()
                .withSandboxId("one")
                .withEnvironment(environment)
                .withPlaceOptions(options);
    }

    private Pod pod() {
        return client.pods().inNamespace(namespace).withName("orbiter-one").get();
    }

    private Service service() {
        return client.services()
                .inNamespace(namespace)
                .withName("orbiter-svc-one")
                .get();
    }

    /** What is there that does not go already; what all sandboxes of a namespace share is not counted. */
    private List<String> left() {
        return Stream.of(
                        client.pods().inNamespace(namespace).list().getItems(),
                        client.services().inNamespace(namespace).list().getItems(),
                        client.secrets()
                                .inNamespace(namespace)
                                .withLabel("sandjar.dev/sandbox")
                                .list()
                                .getItems(),
                        client.network()
                                .v1()
                                .networkPolicies()
                                .inNamespace(namespace)
                                .withLabel("app")
                                .list()
                                .getItems())
                .flatMap(List::stream)
                .map(HasMetadata.class::cast)
                .filter(one -> one.getMetadata().getDeletionTimestamp() == null)
                .map(one -> one.getKind() + " " + one.getMetadata().getName())
                .toList();
    }

    @Test
    void aPodAndAServiceWithSomethingThatListensBehindIt() throws Exception {
        try (var sandbox = builder()
                .withMcpConfig(Servers.config("good", Servers.wellBehaved()))
                .start()) {
            assertThat(pod().getMetadata().getLabels())
                    .containsEntry("app", "orbiter-sandbox")
                    .containsEntry("sandbox-id", "one");
            assertThat(service().getSpec().getSelector()).isEqualTo(Map.of("sandbox-id", "one"));
            assertThat(service().getSpec().getType()).isEqualTo("ClusterIP");
            assertThat(service().getSpec().getPorts()).singleElement().satisfies(port -> {
                assertThat(port.getPort()).isEqualTo(80);
                assertThat(port.getTargetPort().getIntVal()).isEqualTo(8080);
            });
            assertThat(sandbox.describe())
                    .containsEntry("status", "running")
                    .containsEntry("namespace", namespace)
                    .containsEntry("image", RealCluster.image())
                    .containsEntry("pod_name", "orbiter-one")
                    .containsEntry("service_name", "orbiter-svc-one")
                    .containsEntry("cluster_ip", service().getSpec().getClusterIP())
                    .containsEntry("gateway", "listening on port 8080");
            assertThat(sandbox.mcpConfigForOthers())
                    .isEqualTo(Servers.config(
                            "good",
                            Map.of(
                                    "type",
                                    "streamable-http",
                                    "url",
                                    "http://" + sandbox.clusterIp().orElseThrow() + ":80/good")));
            theServiceLeadsToThePod();
            theGatewayAnswersMcp("http://" + pod().getStatus().getPodIP() + ":8080");
            aPolicyLetsPodsOfTheNamespaceIn();
            toolsRunInThePod(sandbox);
        }
        assertThat(left()).isEmpty();
    }

    private void theServiceLeadsToThePod() throws Exception {
        Waiting.until(
                "the service has the pod behind it",
                () -> client.endpoints().inNamespace(namespace).withName("orbiter-svc-one").get().getSubsets().stream()
                        .flatMap(subset -> subset.getAddresses().stream())
                        .anyMatch(address ->
                                address.getIp().equals(pod().getStatus().getPodIP())));
    }

    /** By the official client, as an agent in another pod would. */
    private static void theGatewayAnswersMcp(String address) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            HttpRequest health =
                    HttpRequest.newBuilder(URI.create(address + "/health")).build();
            assertThat(http.send(health, HttpResponse.BodyHandlers.ofString()).body())
                    .isEqualTo("{\"status\": \"ok\"}");
        }
        var transport = HttpClientStreamableHttpTransport.builder(address)
                .endpoint("/good")
                .build();
        try (var mcp = McpClient.sync(transport).build()) {
            mcp.initialize();
            assertThat(mcp.listTools().tools()).extracting(McpSchema.Tool::name).contains("add");
            var sum = mcp.callTool(McpSchema.CallToolRequest.builder("add")
                    .arguments(Map.of("a", 40, "b", 2))
                    .build());
            assertThat(((McpSchema.TextContent) sum.content().getFirst()).text())
                    .isEqualTo("42");
        }
    }

    private void aPolicyLetsPodsOfTheNamespaceIn() {
        var policy = client.network()
                .v1()
                .networkPolicies()
                .inNamespace(namespace)
                .withName("orbiter-svc-one")
                .get();
        assertThat(policy.getSpec().getPodSelector().getMatchLabels()).isEqualTo(Map.of("sandbox-id", "one"));
        assertThat(policy.getSpec().getIngress()).singleElement().satisfies(rule -> {
            assertThat(rule.getFrom())
                    .singleElement()
                    .satisfies(from -> assertThat(from.getNamespaceSelector()).isNull());
            assertThat(rule.getPorts())
                    .singleElement()
                    .satisfies(port -> assertThat(port.getPort().getIntVal()).isEqualTo(8080));
        });
    }

    private static void toolsRunInThePod(KubernetesSandbox sandbox) throws InterruptedException {
        sandbox.runTool("filesystem", Map.of("action", "write", "path", "a.py", "content", "print(40 + 2)"));
        assertThat(sandbox.runTool("terminal", Map.of("command", "python3 a.py")))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "tool", "terminal",
                        "arguments", Map.of("command", "python3 a.py"),
                        "sandbox_id", "one",
                        "pod", "orbiter-one",
                        "cluster_ip", sandbox.clusterIp().orElseThrow(),
                        "status", "ok",
                        "exit_code", 0,
                        "stdout", "42\n",
                        "stderr", "",
                        "platform", "linux"));
        assertThat(sandbox.runTool("good__add", Map.of("a", 1, "b", 2))).containsEntry("text", "3");
        assertThatThrownBy(() -> sandbox.runTool("good__crash", Map.of()))
                .hasMessageStartingWith("MCP server good has ended (exit code 3)");
        assertThat(sandbox.runTool("good__add", Map.of("a", 1, "b", 2))).containsEntry("text", "3");
    }

    @Test
    void stoppingRemovesAllAndStartingAtOnceUsesTheSameNames() throws Exception {
        try (var sandbox = builder().start()) {
            String first = pod().getMetadata().getUid();
            sandbox.stop();
            assertThat(left()).isEmpty();
            assertThat(sandbox.describe()).containsEntry("pod_name", null).containsEntry("cluster_ip", null);
            sandbox.start();
            assertThat(pod().getMetadata().getUid()).isNotEqualTo(first);
            assertThat(sandbox.runTool("terminal", Map.of("command", "echo again")))
                    .containsEntry("stdout", "again\n");
        }
    }

    @Test
    void aSecondOneOfTheSameIdIsRefusedAndTheFirstLivesOn() throws Exception {
        try (var first = builder().start();
                var second = builder().build()) {
            assertThatThrownBy(second::start)
                    .isInstanceOf(SandboxError.class)
                    .hasMessage("Failed to start Kubernetes sandbox: pod orbiter-one is there already");
            assertThat(second.status()).isEqualTo(SandboxStatus.ERROR);
            second.cleanup();
            assertThat(service()).isNotNull();
            assertThat(first.runTool("terminal", Map.of("command", "echo here")))
                    .containsEntry("stdout", "here\n");
        }
    }

    @Test
    void aStartThatIsCancelledLeavesNothing(@TempDir Path folder) throws Exception {
        options.put("pod-template", slowPod(folder));
        var sandbox = builder().build();
        var start = sandbox.startAsync();
        Waiting.until("its pod has been begun", () -> pod() != null);
        start.cancel(true);
        Waiting.until("it is over", () -> sandbox.status() == SandboxStatus.ERROR);
        sandbox.cleanup(); // waits for what the start is still removing
        assertThat(left()).isEmpty();
    }

    @Test
    void aPodThatDoesNotRunInTimeIsAnErrorAndLeavesNothing(@TempDir Path folder) throws Exception {
        options.put("pod-template", slowPod(folder));
        fails(
                builder().withTimeout(Duration.ofSeconds(3)).build(),
                "Pod 'orbiter-one' did not reach Running within timeout: ");
    }

    private static String slowPod(Path folder) throws IOException {
        Path slow = folder.resolve("slow.yaml");
        Files.writeString(slow, """
                spec: {initContainers: [{name: slow, image: "%s", command: [sh, -c, "trap exit TERM; sleep 60 & wait"]}], containers: []}
                """.formatted(RealCluster.image()));
        return slow.toString();
    }

    @Test
    void aPodThatCanNeverRunIsAnErrorAtOnceAndLeavesNothing() {
        options.put("pull-policy", "Never");
        fails(builder().withImage("sandjar.test/no-such-image:1").build(), "image sandjar.test/no-such-image:1 ");
    }

    private void fails(KubernetesSandbox sandbox, String why) {
        assertThatThrownBy(sandbox::start)
                .isInstanceOf(SandboxError.class)
                .hasMessageStartingWith("Failed to start Kubernetes sandbox: " + why);
        assertThat(sandbox.status()).isEqualTo(SandboxStatus.ERROR);
        assertThat(left()).isEmpty();
        sandbox.cleanup();
    }

    @Test
    void anImageWithoutPythonHasNoGatewayAndSaysSo() throws Exception {
        try (var sandbox = builder().withImage("sandjar.test/busybox:1").start()) {
            assertThat(sandbox.gateway()).contains("none: the image has no python3, which the gateway is written in");
            assertThat(sandbox.runTool("terminal", Map.of("command", "echo here")))
                    .containsEntry("stdout", "here\n");
        }
    }

    @Test
    void theServiceGoesWithThePodWhereNobodyElseRemovesIt() throws Exception {
        try (var sandbox = builder().start()) {
            client.pods()
                    .inNamespace(namespace)
                    .withName("orbiter-one")
                    .withGracePeriod(0)
                    .delete();
            Waiting.until(
                    "the cluster has removed the service and its policy",
                    () -> left().stream().noneMatch(one -> one.contains("orbiter-svc-one")));
            assertThatThrownBy(() -> sandbox.runTool("terminal", Map.of("command", "true")))
                    .isInstanceOf(SandboxError.class)
                    .hasMessageStartingWith("Sandbox was lost: ");
            assertThat(sandbox.status()).isEqualTo(SandboxStatus.ERROR);
        }
        assertThat(left()).isEmpty();
    }
}
