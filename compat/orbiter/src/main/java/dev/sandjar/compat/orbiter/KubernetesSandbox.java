package dev.sandjar.compat.orbiter;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A sandbox on a cluster: a pod {@code orbiter-ID}, and a service {@code orbiter-svc-ID} behind which a gateway hands MCP on to the servers of its
 * {@code mcp_config}. Both wear the labels {@code app=orbiter-sandbox} and {@code sandbox-id=ID}.
 *
 * <p>Beside what a runtime on Kubernetes needs ({@code deploy/kustomize/base/access.yaml}), the account must be allowed to create, get and delete services.
 */
public final class KubernetesSandbox extends OrbiterSandbox {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String IMAGE = "python:3.11-slim";

    private final String namespace;
    private final String image;
    private volatile Optional<Objects> objects = Optional.empty();

    /** What is there on the cluster; the client is for its service. */
    private record Objects(KubernetesClient client, SandboxService service, String clusterIp, Gateway gateway) {}

    KubernetesSandbox(Settings settings) {
        super(settings, TIMEOUT);
        this.namespace = or(settings.namespace(), "ORBITER_K8S_NAMESPACE", "default");
        this.image = or(settings.image(), "ORBITER_K8S_IMAGE", IMAGE);
    }

    private String or(Optional<String> given, String variable, String otherwise) {
        return given.or(() -> Optional.ofNullable(settings.environment().get(variable)))
                .filter(value -> !value.isBlank())
                .orElse(otherwise);
    }

    /**
     * Begins to describe one.
     *
     * @return an empty builder
     */
    public static SandboxBuilder<KubernetesSandbox> builder() {
        return new SandboxBuilder<>(KubernetesSandbox.class);
    }

    @Override
    Sandboxes open() {
        ClusterAccess access = ClusterAccess.find(settings);
        var options = new HashMap<>(settings.placeOptions());
        access.kubeconfig().ifPresent(file -> options.put("kubeconfig", file));
        options.put("namespace", namespace);
        options.put("pod-name", wantedPodName());
        options.merge("labels", labels(), (theirs, ours) -> theirs + "," + ours);
        options.putIfAbsent("limits.create", timeout().toMillis() + "ms");
        return Sandboxes.open("kubernetes:", options);
    }

    private String labels() {
        return SandboxService.labels(sandboxId()).entrySet().stream()
                .map(label -> label.getKey() + "=" + label.getValue())
                .collect(Collectors.joining(","));
    }

    @Override
    SandboxSpec spec() {
        return settings.spec().image(image).build();
    }

    @Override
    void made(Running running, List<McpServerSpec> servers) throws InterruptedException {
        Gateway gateway = Gateway.start(running.sandbox(), servers, running.home(), timeout());
        KubernetesClient client = ClusterAccess.find(settings).client();
        var service = new SandboxService(client, namespace, sandboxId());
        objects = Optional.of(new Objects(client, service, "", gateway)); // from here on there is something to remove
        objects = Optional.of(new Objects(client, service, service.create(wantedPodName()), gateway));
    }

    @Override
    void unmade() {
        Optional<Objects> some = objects;
        objects = Optional.empty();
        some.ifPresent(there -> {
            there.gateway.close();
            try (there.client) {
                there.service.remove();
            }
        });
    }

    @Override
    SandboxError startFailure(Throwable cause) {
        String why = cause instanceof SandboxException e && e.code() == ErrorCode.DEADLINE_EXCEEDED
                ? "Pod '" + wantedPodName() + "' did not reach Running within timeout: " + e.getMessage()
                : String.valueOf(cause.getMessage());
        return new SandboxError("Failed to start Kubernetes sandbox: " + why, cause);
    }

    private String wantedPodName() {
        return "orbiter-" + sandboxId();
    }

    @Override
    Map<String, @Nullable Object> identity() {
        var all = new LinkedHashMap<String, @Nullable Object>();
        all.put("sandbox_id", sandboxId());
        all.put("pod", podName().orElse(null));
        all.put("cluster_ip", clusterIp().orElse(null));
        return all;
    }

    /**
     * Where it lives.
     *
     * @return as given, else of {@code ORBITER_K8S_NAMESPACE}, else {@code default}
     */
    public String namespace() {
        return namespace;
    }

    /**
     * What it is made from.
     *
     * @return as given, else of {@code ORBITER_K8S_IMAGE}, else {@code python:3.11-slim}
     */
    public String image() {
        return image;
    }

    /**
     * Its pod.
     *
     * @return {@code orbiter-ID} while it runs
     */
    public Optional<String> podName() {
        return objects.map(_ -> wantedPodName());
    }

    /**
     * Its service.
     *
     * @return {@code orbiter-svc-ID} while it runs
     */
    public Optional<String> serviceName() {
        return objects.map(there -> there.service.name());
    }

    /**
     * Its service's address.
     *
     * @return an address of the cluster while it runs
     */
    public Optional<String> clusterIp() {
        return objects.map(Objects::clusterIp);
    }

    /**
     * What listens behind its service.
     *
     * @return {@code listening on port 8080}, or why nothing does; empty unless it runs
     */
    public Optional<String> gateway() {
        return objects.map(there -> there.gateway.state());
    }

    /**
     * How agents of the same namespace reach its MCP servers: an {@code mcp_config} for them.
     *
     * @return {@code {"mcpServers": {NAME: {"type": "streamable-http", "url": "http://CLUSTER_IP:80/NAME"}}}}
     * @throws SandboxError unless it runs
     */
    public Map<String, Object> mcpConfigForOthers() {
        String address = clusterIp().orElseThrow(() -> new SandboxError("Sandbox must be running to be reached"));
        var servers = new LinkedHashMap<String, Object>();
        mcpServers()
                .keySet()
                .forEach(name -> servers.put(
                        name,
                        Map.of(
                                "type",
                                "streamable-http",
                                "url",
                                "http://" + address + ":" + SandboxService.PORT + "/" + name)));
        return Map.of("mcpServers", servers);
    }

    /**
     * What it is, in orbiter's words.
     *
     * @return that of every sandbox, and {@code namespace}, {@code image}, {@code pod_name}, {@code service_name}, {@code cluster_ip}, {@code gateway}; the last four are null
     *     unless it runs
     */
    @Override
    public Map<String, @Nullable Object> describe() {
        Map<String, @Nullable Object> all = super.describe();
        all.put("namespace", namespace);
        all.put("image", image);
        all.put("pod_name", podName().orElse(null));
        all.put("service_name", serviceName().orElse(null));
        all.put("cluster_ip", clusterIp().orElse(null));
        all.put("gateway", gateway().orElse(null));
        return all;
    }
}
