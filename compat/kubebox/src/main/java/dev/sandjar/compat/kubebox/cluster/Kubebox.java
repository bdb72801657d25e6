package dev.sandjar.compat.kubebox.cluster;

import dev.sandjar.compat.kubebox.error.KubeboxException;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A cluster that sandboxes' pods are made in.
 *
 * <pre>{@code
 * try (var kubebox = Kubebox.open(kubeconfig)) {
 *     KubeboxService service = kubebox.createService("mine");
 *     KubeboxPod pod = kubebox.createPod("mine");
 *     pod.waitUntilReady();
 *     String url = service.waitUntilReady().url();
 *     ...
 *     pod.destroy();
 *     service.destroy();
 * }
 * }</pre>
 *
 * <p>Safe for any number of threads. Every call has a limit, and a failure says what the cluster said. Pods and services live on when this is closed.
 */
public final class Kubebox implements AutoCloseable {
    /** The variable of the environment that holds the text of a kubeconfig. */
    public static final String CONFIG_VARIABLE = "KUBEBOX_CONFIG";

    /** Where nothing else is said. */
    public static final String DEFAULT_NAMESPACE = "default";

    private final Calls calls;

    private Kubebox(Calls calls) {
        this.calls = calls;
    }

    /**
     * The cluster that {@value #CONFIG_VARIABLE} has the kubeconfig of.
     *
     * @return to be closed
     * @throws KubeboxException when there is none
     */
    public static Kubebox open() {
        return open(Optional.ofNullable(System.getenv(CONFIG_VARIABLE)), Optional.empty());
    }

    /**
     * The cluster of a kubeconfig.
     *
     * @param kubeconfig its text
     * @return to be closed
     * @throws KubeboxException when it is none
     */
    public static Kubebox open(String kubeconfig) {
        return open(Optional.of(kubeconfig), Optional.empty());
    }

    /**
     * The Azure cluster that Terraform or OpenTofu has made.
     *
     * @param state the state file
     * @return to be closed
     * @throws KubeboxException when no kubeconfig is in it
     */
    public static Kubebox openTerraform(Path state) {
        return open(Optional.empty(), Optional.of(state));
    }

    /**
     * The cluster of a state file if there is one, else that of a kubeconfig.
     *
     * @param kubeconfig its text
     * @param terraform the state file, which goes first
     * @return to be closed
     * @throws KubeboxException when there is neither, or what there is has no kubeconfig
     */
    public static Kubebox open(Optional<String> kubeconfig, Optional<Path> terraform) {
        String text = terraform
                .map(TerraformState::kubeconfig)
                .or(() -> kubeconfig)
                .filter(given -> !given.isBlank())
                .orElseThrow(() -> new KubeboxException(
                        "No kubeconfig provided.", "give its text, a state file, or set " + CONFIG_VARIABLE, null));
        return new Kubebox(Calls.to(text, Calls.LIMIT));
    }

    // ---- secrets

    /**
     * Makes a secret, such as one with the key by which sandboxes' servers know their clients; replaces one of that name.
     *
     * @param name of the secret
     * @param namespace where
     * @param data its entries
     */
    public void createSecret(String name, String namespace, Map<String, String> data) {
        data.keySet().forEach(Names::secretKey);
        Secret secret = new SecretBuilder()
                .withNewMetadata()
                .withName(Names.name("secret name", name))
                .withNamespace(namespace(namespace))
                .endMetadata()
                .withType("Opaque")
                .withData(data.entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, entry -> base64(entry.getValue()))))
                .build();
        var resource = calls.client.secrets().inNamespace(namespace).resource(secret);
        calls.askForNew("making secret " + name + " in " + namespace, resource::create, _ -> resource.update());
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    // ---- pods

    /**
     * Makes a pod in {@value #DEFAULT_NAMESPACE} with the usual options.
     *
     * @param name of the pod
     * @return the pod, which is not ready yet
     */
    public KubeboxPod createPod(String name) {
        return createPod(name, DEFAULT_NAMESPACE, PodOptions.defaults());
    }

    /**
     * Makes a pod. One of that name that is there already stays as it is, and is returned; {@link KubeboxPod#isNew} tells.
     *
     * @param name of the pod: at most 55 small letters, digits and -
     * @param namespace where
     * @param options what it is like
     * @return the pod, which is not ready yet
     */
    public KubeboxPod createPod(String name, String namespace, PodOptions options) {
        Pod pod = PodManifest.of(Names.pod(name), namespace(namespace), options);
        boolean made = calls.askForNew(
                "making pod " + name + " in " + namespace,
                () -> {
                    calls.client.pods().inNamespace(namespace).resource(pod).create();
                    return true;
                },
                _ -> false);
        return new KubeboxPod(name, namespace, made, calls);
    }

    /**
     * Every pod of a namespace, also those that were not made here.
     *
     * @param namespace where
     * @return in the cluster's order
     */
    public List<KubeboxPod> getAllPods(String namespace) {
        namespace(namespace);
        return calls.ask(
                "listing pods in " + namespace,
                () -> calls.client.pods().inNamespace(namespace).list().getItems().stream()
                        .map(pod -> new KubeboxPod(pod.getMetadata().getName(), namespace, false, calls))
                        .toList());
    }

    // ---- services

    /**
     * Makes a load balancer to port 80 of a pod in {@value #DEFAULT_NAMESPACE}.
     *
     * @param podName the pod's name
     * @return the service, which is not ready yet
     */
    public KubeboxService createService(String podName) {
        return createService(podName, DEFAULT_NAMESPACE, ServiceOptions.defaults());
    }

    /**
     * Makes the service of a pod, called like it with {@code -service} behind; changes one that is there already.
     *
     * @param podName the pod's name
     * @param namespace where
     * @param options how the pod is reached
     * @return the service, which is not ready yet
     */
    public KubeboxService createService(String podName, String namespace, ServiceOptions options) {
        Service wanted = ServiceManifest.of(Names.pod(podName), namespace(namespace), options);
        var services = calls.client.services().inNamespace(namespace);
        String name = wanted.getMetadata().getName();
        calls.askForNew(
                "making service " + name + " in " + namespace,
                () -> services.resource(wanted).create(),
                _ -> services.withName(name).edit(existing -> ServiceManifest.changed(existing, wanted)));
        return new KubeboxService(name, namespace, calls);
    }

    /**
     * Every service of a namespace, also those that were not made here.
     *
     * @param namespace where
     * @return in the cluster's order
     */
    public List<KubeboxService> getAllServices(String namespace) {
        namespace(namespace);
        return calls.ask(
                "listing services in " + namespace,
                () -> calls.client.services().inNamespace(namespace).list().getItems().stream()
                        .map(service -> new KubeboxService(service.getMetadata().getName(), namespace, calls))
                        .toList());
    }

    private static String namespace(String name) {
        return Names.name("namespace", name);
    }

    /** Closes connections to the cluster. */
    @Override
    public void close() {
        calls.close();
    }
}
