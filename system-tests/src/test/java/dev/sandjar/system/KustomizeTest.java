package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.testing.RealCluster;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every overlay of deploy/kustomize can be made into objects, and has what it is for; {@link DeploymentTest} applies the one for tests. */
@Tag("cluster")
class KustomizeTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            base                  | kind: PodDisruptionBudget
            overlays/large        | replicas: 3
            overlays/monitoring   | kind: ServiceMonitor
            overlays/node-folder  | kind: DaemonSet
            overlays/workspaces   | persistentvolumeclaims
            overlays/test         | policy/v1beta1
            """)
    void isComplete(String folder, String has) {
        assertThat(RealCluster.kubectl("kustomize", "../deploy/kustomize/" + folder))
                .contains("kind: Deployment", "kind: NetworkPolicy", "runAsNonRoot: true", has);
    }
}
