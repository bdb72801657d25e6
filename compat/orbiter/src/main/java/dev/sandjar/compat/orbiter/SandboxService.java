package dev.sandjar.compat.orbiter;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.net.HttpURLConnection;
import java.util.Map;

/**
 * The service of a sandbox, and the policy that lets pods of its namespace reach it. Both belong to the pod: where nobody removes them, the cluster
 * does when the pod goes.
 */
final class SandboxService {
    /** Where the service is reached. */
    static final int PORT = 80;

    private static final String APP = "app";
    private static final String APP_NAME = "orbiter-sandbox";
    private static final String ID = "sandbox-id";

    private final KubernetesClient client;
    private final String namespace;
    private final String sandbox;

    SandboxService(KubernetesClient client, String namespace, String sandbox) {
        this.client = client;
        this.namespace = namespace;
        this.sandbox = sandbox;
    }

    /** The labels of a sandbox's pod and its service. */
    static Map<String, String> labels(String sandbox) {
        return Map.of(APP, APP_NAME, ID, sandbox);
    }

    String name() {
        return "orbiter-svc-" + sandbox;
    }

    /**
     * Makes both.
     *
     * @return the service's address inside the cluster
     */
    String create(String podName) {
        Pod pod = client.pods().inNamespace(namespace).withName(podName).require();
        ObjectMeta metadata = metadata(pod);
        put(client.network().v1().networkPolicies().inNamespace(namespace).resource(policy(metadata)));
        return put(client.services().inNamespace(namespace).resource(service(metadata)))
                .getSpec()
                .getClusterIP();
    }

    /** Removes both; what is not there is no error. */
    void remove() {
        client.services().inNamespace(namespace).withName(name()).delete();
        client.network()
                .v1()
                .networkPolicies()
                .inNamespace(namespace)
                .withName(name())
                .delete();
    }

    /** One of its name that is ours was left by a sandbox that had the name before; its pod is gone, or ours could not have been made. */
    private static <T extends HasMetadata> T put(Resource<T> wanted) {
        try {
            return wanted.create();
        } catch (KubernetesClientException e) {
            T there = e.getCode() == HttpURLConnection.HTTP_CONFLICT ? wanted.get() : null;
            if (there == null
                    || !APP_NAME.equals(there.getMetadata().getLabels().get(APP))) {
                throw e;
            }
            wanted.delete();
            return wanted.create();
        }
    }

    private ObjectMeta metadata(Pod pod) {
        return new ObjectMetaBuilder()
                .withName(name())
                .withLabels(labels(sandbox))
                .addNewOwnerReference()
                .withApiVersion("v1")
                .withKind("Pod")
                .withName(pod.getMetadata().getName())
                .withUid(pod.getMetadata().getUid())
                .endOwnerReference()
                .build();
    }

    private Service service(ObjectMeta metadata) {
        return new ServiceBuilder()
                .withMetadata(metadata)
                .withNewSpec()
                .withType("ClusterIP")
                .withSelector(Map.of(ID, sandbox))
                .addNewPort()
                .withProtocol("TCP")
                .withPort(PORT)
                .withTargetPort(new IntOrString(Gateway.PORT))
                .endPort()
                .endSpec()
                .build();
    }

    /** All other doors of a sandbox's pod are closed by a policy of the runtime's. */
    private NetworkPolicy policy(ObjectMeta metadata) {
        return new NetworkPolicyBuilder()
                .withMetadata(metadata)
                .withNewSpec()
                .withNewPodSelector()
                .withMatchLabels(Map.of(ID, sandbox))
                .endPodSelector()
                .withPolicyTypes("Ingress")
                .addNewIngress()
                .addNewFrom()
                .withNewPodSelector()
                .endPodSelector()
                .endFrom()
                .addNewPort()
                .withProtocol("TCP")
                .withPort(new IntOrString(Gateway.PORT))
                .endPort()
                .endIngress()
                .endSpec()
                .build();
    }
}
