package dev.sandjar.compat.kubebox.cluster;

import dev.sandjar.testing.RealCluster;
import dev.sandjar.testing.Waiting;
import io.fabric8.kubernetes.api.model.LoadBalancerStatusBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** A namespace of the real cluster for one test class, gone with it. */
final class TestNamespace implements AutoCloseable {
    private static final Path KUBECONFIG =
            Path.of(RealCluster.options().getOrDefault("kubeconfig", System.getenv("KUBECONFIG")));

    final String name = "sandjar-test-" + UUID.randomUUID().toString().substring(0, 8);
    final KubernetesClient client = new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(KUBECONFIG.toFile()))
            .build();

    TestNamespace() throws Exception {
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

    static String kubeconfig() throws Exception {
        return Files.readString(KUBECONFIG);
    }

    /** Something that listens on port 80 after it has said what the test wants to know. */
    static PodOptions serving(String first) {
        return PodOptions.defaults()
                .withImage(RealCluster.smallImage())
                .withResources("100m", "32Mi")
                .withChange(pod -> light(pod, first + "; exec httpd -f -p 80"));
    }

    /** Many at once on two processors: little is set aside. */
    private static Pod light(Pod pod, String script) {
        return new PodBuilder(pod)
                .editSpec()
                .withTerminationGracePeriodSeconds(1L)
                .editFirstContainer()
                .withImagePullPolicy("IfNotPresent")
                .withCommand("sh", "-c", script)
                .editResources()
                .addToRequests("cpu", new Quantity("10m"))
                .endResources()
                .endContainer()
                .endSpec()
                .build();
    }

    Pod pod(String pod) {
        return client.pods().inNamespace(name).withName(pod).get();
    }

    Service service(String service) {
        return client.services().inNamespace(name).withName(service).get();
    }

    NetworkPolicy policy(String service) {
        return client.network()
                .v1()
                .networkPolicies()
                .inNamespace(name)
                .withName(service + "-network-policy")
                .get();
    }

    /** Those that a policy is about. */
    List<String> selectedBy(NetworkPolicy policy) {
        return client
                .pods()
                .inNamespace(name)
                .withLabelSelector(policy.getSpec().getPodSelector())
                .list()
                .getItems()
                .stream()
                .map(pod -> pod.getMetadata().getName())
                .toList();
    }

    String log(String pod) {
        return client.pods().inNamespace(name).withName(pod).getLog();
    }

    /** As a cloud would. */
    void giveBalancer(String service, String ip) {
        client.services().inNamespace(name).withName(service).editStatus(one -> {
            one.getStatus()
                    .setLoadBalancer(new LoadBalancerStatusBuilder()
                            .addNewIngress()
                            .withIp(ip)
                            .endIngress()
                            .build());
            return one;
        });
    }

    @Override
    public void close() {
        client.namespaces().withName(name).delete();
        client.close();
    }
}
