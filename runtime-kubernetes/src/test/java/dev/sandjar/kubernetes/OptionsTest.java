package dev.sandjar.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.kubernetes.dial.Dialler;
import dev.sandjar.kubernetes.pod.AgentSource;
import dev.sandjar.kubernetes.pod.Workspace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {
    private static final String KUBECONFIG = """
            apiVersion: v1
            kind: Config
            current-context: c
            users: [{name: u, user: {token: t}}]
            clusters: [{name: k, cluster: {server: "http://127.0.0.1:1"}}]
            contexts: [{name: c, context: {cluster: k, user: u, namespace: theirs}}]
            """;

    private static Options read(Map<String, String> options, Map<String, String> environment) {
        var all = new HashMap<>(options);
        all.put("kubeconfig-text", KUBECONFIG);
        return Options.read(all, environment);
    }

    @Test
    void whatIsNotSaidHasADefault() {
        Options options = read(Map.of(), Map.of());
        assertThat(options.namespace()).isEqualTo("theirs");
        assertThat(options.dial()).isEqualTo(Dialler.Way.AUTO);
        assertThat(options.insideCluster()).isFalse();
        assertThat(options.capacityWait()).isEqualTo(Duration.ofSeconds(30));
        assertThat(options.egress()).isEmpty();
        assertThat(options.pods().agent()).isInstanceOf(AgentSource.ConfigMapped.class);
        assertThat(options.pods().longestLife()).isEqualTo(Duration.ofDays(1));
        assertThat(options.client().getMasterUrl()).startsWith("http://127.0.0.1:1");
    }

    @Test
    void aNameThatNoPodCanHaveIsRefused() {
        assertThat(read(Map.of("pod-name", "orbiter-1a2b"), Map.of()).pods().podName())
                .contains("orbiter-1a2b");
        assertThatThrownBy(() -> read(Map.of("pod-name", "Orbiter_1"), Map.of()))
                .hasMessage("pod-name is Orbiter_1, allowed: small letters, digits and -, 63 at most");
    }

    @Test
    void whatIsSaidCounts() {
        Options options = read(
                Map.of(
                        "namespace", "agents",
                        "dial", "port-forward",
                        "agent", "node:/opt/sandjar",
                        "node-selector", "disk=fast",
                        "tolerations", "dedicated=sandboxes:NoSchedule, spot",
                        "egress", "10.0.0.0/8,2001:db8::/32",
                        "longest-life", "600"),
                Map.of());
        assertThat(options.namespace()).isEqualTo("agents");
        assertThat(options.dial()).isEqualTo(Dialler.Way.PORT_FORWARD);
        assertThat(options.pods().agent()).isEqualTo(new AgentSource.NodeFolder("/opt/sandjar"));
        assertThat(options.pods().nodeSelector()).containsEntry("disk", "fast").containsKey("kubernetes.io/arch");
        assertThat(options.pods().tolerations()).extracting("operator").containsExactly("Equal", "Exists");
        assertThat(options.egress()).containsExactly("10.0.0.0/8", "2001:db8::/32");
        assertThat(options.pods().longestLife()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void theEnvironmentStandsInWhereAnOptionIsNotGiven() {
        var environment = Map.of("SANDJAR_KUBERNETES_NAMESPACE", "there", "SANDJAR_KUBERNETES_CPU_REQUEST", "2");
        assertThat(read(Map.of(), environment).namespace()).isEqualTo("there");
        assertThat(read(Map.of("namespace", "here"), environment).namespace()).isEqualTo("here");
        assertThat(read(Map.of(), environment).pods().cpuRequest()).isEqualTo(2);
    }

    @Test
    void aWorkspaceIsTemporaryOrSharedOrEachSandboxesOwn() {
        assertThat(read(Map.of(), Map.of()).pods().workspace()).isEqualTo(new Workspace.Temporary());
        assertThat(read(Map.of("workspace-claim", "team"), Map.of()).pods().workspace())
                .isEqualTo(new Workspace.Shared("team"));
        assertThat(read(Map.of("workspace-size", "1073741824", "workspace-class", "fast"), Map.of())
                        .pods()
                        .workspace())
                .isEqualTo(new Workspace.Own(1L << 30, Optional.of("fast")));
        assertThatThrownBy(() -> read(Map.of("workspace-size", "1073741824", "workspace-claim", "team"), Map.of()))
                .hasMessageContaining("workspace-claim is team, allowed: without workspace-size");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            namespaze      | x                 | option of kubernetes: is namespaze, allowed:
            dial           | telnet            | dial is telnet, allowed: auto, pod-address or port-forward
            agent          | somewhere         | agent is somewhere, allowed: config-map, init:IMAGE, image:IMAGE or node:/FOLDER
            agent          | node:relative     | agent is node:relative, allowed:
            pull-policy    | Sometimes         | pull-policy is Sometimes, allowed: Always, IfNotPresent, Never
            node-selector  | fast              | node-selector is fast, allowed: name=value
            egress         | everywhere        | egress is everywhere, allowed: networks such as 10.0.0.0/8
            cpu-request    | many              | cpu-request is many, allowed: a number
            cpu-request    | 0                 | cpu-request is 0, allowed: 0.001 to 256
            longest-life   | 0                 | longest-life is 0, allowed: 1 to 1073741824
            longest-life   | 1.5               | longest-life is 1.5, allowed: a whole number of seconds
            workspace-size | 1                 | workspace-size is 1, allowed: 1048576
            workspace-class | fast             | workspace-class is fast, allowed: together with workspace-size
            architecture   | z80               | architecture is z80, allowed: amd64, arm64
            pod-template   | /no/such/file     | pod-template is /no/such/file, allowed: a file with one Pod
            """)
    void whatIsWrongIsRefusedByName(String name, String value, String message) {
        assertThatThrownBy(() -> read(Map.of(name, value), Map.of())).hasMessageContaining(message);
    }

    @Test
    void aTemplateWithoutASpecIsRefused(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("pod.yaml"), "kind: Pod\nmetadata: {name: p}\n");
        assertThatThrownBy(() -> read(Map.of("pod-template", file.toString()), Map.of()))
                .hasMessageContaining("a file with one Pod in YAML or JSON, which has a spec");
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage: [", "- a\n- b\n"})
    void aKubeconfigThatIsNoneIsRefusedByItsNameAndNotQuoted(String text, @TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("config"), text + "secret");
        assertThatThrownBy(() -> Options.read(Map.of("kubeconfig", file.toString()), Map.of()))
                .hasMessageContaining("kubeconfig is " + file)
                .message()
                .doesNotContain("secret");
    }

    @Test
    void aKubeconfigOfTheEnvironmentThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> Options.read(Map.of(), Map.of("KUBECONFIG", "/no/such/file")))
                .hasMessageContaining("kubeconfig is /no/such/file, allowed: a file that can be read");
    }

    @Test
    void withoutAClusterInTheKubeconfigAndOutsideOfOneNoneIsAsked() {
        Options options =
                Options.read(Map.of("kubeconfig-text", "apiVersion: v1\nkind: Config\n", "namespace", "n"), Map.of());
        assertThatThrownBy(options::connect)
                .hasMessage(
                        "there is no kubeconfig: KUBECONFIG names none, and ~/.kube/config is not there or names no cluster");
    }

    @Test
    void aContextThatIsNotThereIsRefusedAndNotReplaced(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("config"), """
                apiVersion: v1
                kind: Config
                clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
                users: [{name: u, user: {}}]
                contexts: [{name: near, context: {cluster: c, user: u}}, {name: far, context: {cluster: c, user: u}}]
                current-context: near
                """);
        assertThatThrownBy(() -> Options.read(Map.of("kubeconfig", file.toString(), "context", "fra"), Map.of()))
                .hasMessageContaining("context is fra, allowed: far, near");
        assertThat(Options.read(Map.of("kubeconfig", file.toString(), "context", "far"), Map.of())
                        .client()
                        .getMasterUrl())
                .startsWith("https://127.0.0.1:1");
    }

    @Test
    void aNamespaceThatNoneCanHaveIsRefused() {
        assertThatThrownBy(() -> read(Map.of("namespace", "Bad_Name"), Map.of()))
                .hasMessageContaining("namespace is Bad_Name, allowed: small letters");
    }
}
