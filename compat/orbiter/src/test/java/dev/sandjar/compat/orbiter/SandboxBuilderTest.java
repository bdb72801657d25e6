package dev.sandjar.compat.orbiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SandboxBuilderTest {
    @Test
    void itBuildsOnceAndReturnsTheSame() {
        var builder = SandboxBuilder.create().withSandboxId("one").withTimeout(Duration.ofSeconds(5));
        assertThat(builder).hasToString("SandboxBuilder(LocalSandbox, pending)");
        var sandbox = builder.build();
        assertThat(builder.build()).isSameAs(sandbox);
        assertThat(builder).hasToString("SandboxBuilder(LocalSandbox, built)");
        assertThat(sandbox.sandboxId()).isEqualTo("one");
        assertThat(sandbox.timeout()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void resetForgetsAll() {
        var builder = SandboxBuilder.create().withSandboxId("one");
        var first = builder.build();
        assertThat(builder.reset().build()).isNotSameAs(first);
        assertThat(builder.build().sandboxId()).isNotEqualTo("one");
    }

    @Test
    void theKindMayBeChosenLater() {
        KubernetesSandbox sandbox = SandboxBuilder.create()
                .withSandboxId("one")
                .withSandboxClass(KubernetesSandbox.class)
                .build();
        assertThat(sandbox.sandboxId()).isEqualTo("one");
        assertThat(SandboxBuilder.create().withType("kubernetes").build()).isInstanceOf(KubernetesSandbox.class);
        assertThatThrownBy(() -> SandboxBuilder.create().withType("docker"))
                .isInstanceOf(SandboxError.class)
                .hasMessage("Unknown type 'docker', known: local, kubernetes");
    }

    @Test
    void theKindOfOneThatIsBuiltStays() {
        var builder = SandboxBuilder.create();
        builder.build();
        assertThatThrownBy(() -> builder.withSandboxClass(KubernetesSandbox.class))
                .hasMessage("The sandbox is built already: reset() the builder first");
    }

    @Test
    void extrasAreArgumentsByNameAndOthersAreRefused() {
        KubernetesSandbox sandbox = KubernetesSandbox.builder()
                .withExtra("namespace", "agents")
                .withExtra("image", "python:3.12")
                .withExtra("work_dir", "src")
                .build();
        assertThat(sandbox.namespace()).isEqualTo("agents");
        assertThat(sandbox.image()).isEqualTo("python:3.12");
        assertThat(sandbox.workspace()).isEqualTo(List.of("src"));
        assertThatThrownBy(() -> KubernetesSandbox.builder().withExtra("privileged", "true"))
                .isInstanceOf(SandboxError.class)
                .hasMessageStartingWith("Unknown argument 'privileged', known: namespace,");
    }

    @Test
    void twoToolsOfOneNameAreRefused() {
        var tool = new TestTool("count", (_, _) -> Map.of());
        assertThatThrownBy(() -> LocalSandbox.builder().withTools(tool, tool).build())
                .isInstanceOf(SandboxError.class)
                .hasMessage("Tool 'count' was given twice");
    }

    @Test
    void aToolMayTakeThePlaceOfABuiltInOne() {
        var tool = new TestTool("terminal", (_, _) -> Map.of());
        assertThat(LocalSandbox.builder().withTools(tool).build().tools())
                .extracting(ToolInfo::description)
                .contains("what a test needs")
                .hasSize(2);
    }

    @Test
    void whatIsOfAClusterIsRefusedHere() {
        assertThatThrownBy(() -> LocalSandbox.builder().withNamespace("agents").build())
                .hasMessage("'namespace' is for KubernetesSandbox");
    }

    @Test
    void theEnvironmentStandsInForWhatWasNotSaid() {
        var environment = Map.of("ORBITER_K8S_NAMESPACE", "theirs", "ORBITER_K8S_IMAGE", "python:3.13");
        KubernetesSandbox fallback =
                KubernetesSandbox.builder().withEnvironment(environment).build();
        assertThat(fallback.namespace()).isEqualTo("theirs");
        assertThat(fallback.image()).isEqualTo("python:3.13");
        KubernetesSandbox said = KubernetesSandbox.builder()
                .withEnvironment(environment)
                .withNamespace("mine")
                .withImage("python:3.12")
                .build();
        assertThat(said.namespace()).isEqualTo("mine");
        assertThat(said.image()).isEqualTo("python:3.12");
        KubernetesSandbox plain =
                KubernetesSandbox.builder().withEnvironment(Map.of()).build();
        assertThat(plain.namespace()).isEqualTo("default");
        assertThat(plain.image()).isEqualTo("python:3.11-slim");
        assertThat(plain.timeout()).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void aClusterThatNothingNamesIsAnError() {
        KubernetesSandbox sandbox = KubernetesSandbox.builder()
                .withEnvironment(Map.of("KUBECONFIG", "/no/such/file", "HOME", "/no/home"))
                .build();
        assertThatThrownBy(sandbox::start)
                .isInstanceOf(SandboxError.class)
                .hasMessage("Failed to start Kubernetes sandbox: Failed to load Kubernetes configuration");
        assertThat(sandbox.status()).isEqualTo(SandboxStatus.ERROR);
    }

    @Test
    void aQuantityThatIsNoneIsRefused() {
        assertThatThrownBy(() -> SandboxBuilder.create().withMemory("much"))
                .hasMessage("memory is much, allowed: a quantity such as 512Mi or 2G");
    }

    @Test
    void whatItIsDescribedAsBeforeItIsThere() {
        KubernetesSandbox sandbox = KubernetesSandbox.builder()
                .withEnvironment(Map.of())
                .withSandboxId("one")
                .build();
        assertThat(sandbox.describe())
                .containsOnlyKeys(
                        "sandbox_id",
                        "status",
                        "workspace",
                        "timeout",
                        "namespace",
                        "image",
                        "pod_name",
                        "service_name",
                        "cluster_ip",
                        "gateway")
                .containsEntry("namespace", "default")
                .containsEntry("pod_name", null)
                .containsEntry("service_name", null)
                .containsEntry("cluster_ip", null);
    }
}
