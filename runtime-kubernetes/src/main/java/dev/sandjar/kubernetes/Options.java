package dev.sandjar.kubernetes;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.kubernetes.dial.Dialler;
import dev.sandjar.kubernetes.pod.AgentSource;
import dev.sandjar.kubernetes.pod.Marks;
import dev.sandjar.kubernetes.pod.PodSettings;
import dev.sandjar.kubernetes.pod.Workspace;
import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a runtime on a cluster is opened. Names in the environment, {@code SANDJAR_KUBERNETES_} and the option in capitals, stand where one is
 * not given.
 *
 * @param client whom to ask: {@code kubeconfig} (a file), {@code kubeconfig-text} (what would be in it), without these {@code KUBECONFIG},
 *     then {@code ~/.kube/config}, then the pod's own account inside a cluster; {@code context} names
 *     one of it
 * @param namespace where sandboxes live: {@code namespace}, else the kubeconfig's own, else {@code default}
 * @param insideCluster whether we are a pod ourselves
 * @param dial how agents are reached: {@code dial}: {@code auto}, {@code pod-address}, {@code port-forward}
 * @param capacityWait how long a pod may wait for a node: {@code capacity-wait}, seconds, 30 by default
 * @param silence how long another server may say nothing before what it made ahead is removed and its turn is over: {@code silence}, seconds, 15
 *     by default
 * @param egress networks that a sandbox with network may reach: {@code egress}, such as {@code 0.0.0.0/0}; nothing by default
 * @param architecture the nodes' processor: {@code architecture}: {@code amd64} or {@code arm64}; our own by default
 * @param tokenAudience whom the tokens of service accounts must be for: {@code token-audience}; the cluster itself by default
 * @param pods what every pod has: {@code agent}, {@code image}, {@code aliases}, {@code pull-policy}, {@code pull-secrets}, {@code node-selector}, {@code tolerations}, {@code labels},
 *     {@code annotations}, {@code runtime-class}, {@code cpu-request}, {@code memory-request}, {@code disk-limit}, {@code longest-life}, {@code workspace-claim}, {@code workspace-size} and
 *     {@code workspace-class}, {@code pod-name}, {@code pod-template}
 */
record Options(
        Config client,
        String namespace,
        boolean insideCluster,
        Dialler.Way dial,
        Duration capacityWait,
        Duration silence,
        List<String> egress,
        String architecture,
        Optional<String> tokenAudience,
        PodSettings pods) {
    private static final Pattern NETWORK = Pattern.compile("[0-9.]{7,15}/[0-9]{1,2}|[0-9a-fA-F:]{2,39}/[0-9]{1,3}");
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final int RETRIES = 5; // 3 seconds in all, each pause twice as long as the one before
    private static final String SANDBOX_IMAGE = "python:3.11";

    static Options read(Map<String, String> given, Map<String, String> environment) {
        var words = new Words(given, environment);
        Config client = client(words, environment);
        String architecture = architecture(words);
        var options = new Options(
                client,
                namespace(words, client),
                environment.containsKey("KUBERNETES_SERVICE_HOST"),
                Dialler.Way.parse(words.text("dial").orElse("auto")),
                words.seconds("capacity-wait", Duration.ofSeconds(30), 0),
                Duration.ofSeconds((long) words.number("silence", 15, 3, 600)),
                networks(words.list("egress")),
                architecture,
                words.text("token-audience"),
                pods(words, architecture));
        words.refuseOthers();
        return options;
    }

    /** Its calls fail after some seconds in which nobody answered; whoever called says it then, with the reason. */
    KubernetesClient connect() {
        requireCluster();
        Config patient = new ConfigBuilder(client)
                .withRequestRetryBackoffLimit(RETRIES)
                .withRequestRetryBackoffInterval(100)
                .build();
        return new KubernetesClientBuilder().withConfig(patient).build();
    }

    /** Outside a cluster the client would look for one by a name that only pods know. */
    private void requireCluster() {
        if (!insideCluster && client.getMasterUrl().startsWith(Config.DEFAULT_MASTER_URL)) {
            throw new SandboxException(
                    ErrorCode.INVALID_ARGUMENT,
                    "there is no kubeconfig: KUBECONFIG names none, and ~/.kube/config is not there or names no cluster",
                    "put your cluster's there, or name it: export KUBECONFIG=FILE",
                    null);
        }
    }

    private static Config client(Words words, Map<String, String> environment) {
        @Nullable String context = words.text("context").orElse(null);
        Optional<String> text = words.text("kubeconfig-text");
        Optional<String> file = words.text("kubeconfig");
        if (text.isEmpty()) {
            file.or(() -> Optional.ofNullable(environment.get("KUBECONFIG"))).ifPresent(Options::requireReadable);
        }
        if (text.isPresent() && context != null) {
            throw SandboxException.invalid("context", context, "none beside kubeconfig-text, whose current one it is");
        }
        Config config;
        try {
            config = text.isPresent()
                    ? Config.fromKubeconfig(text.get())
                    : file.isPresent()
                            ? Config.fromKubeconfig(context, Path.of(file.get()).toFile())
                            : Config.autoConfigure(context);
        } catch (RuntimeException e) { // what it says quotes the file, which has secrets
            throw SandboxException.invalid(
                    "kubeconfig",
                    file.map(name -> name + ", which is none").orElse("none"),
                    "what kubectl understands");
        }
        requireContext(config, context);
        return config;
    }

    /** As kubectl, of several it needs one. */
    private static void requireReadable(String files) {
        if (Stream.of(files.split(File.pathSeparator)).noneMatch(file -> Files.isReadable(Path.of(file)))) {
            throw SandboxException.invalid("kubeconfig", files, "a file that can be read");
        }
    }

    /** The client would take the current one instead: another cluster. */
    private static void requireContext(Config config, @Nullable String context) {
        List<String> known = config.getContexts().stream()
                .map(NamedContext::getName)
                .sorted()
                .toList();
        if (context != null && !known.contains(context)) {
            throw SandboxException.invalid(
                    "context",
                    context,
                    known.isEmpty() ? "none, for the kubeconfig has none" : String.join(", ", known));
        }
    }

    private static String namespace(Words words, Config client) {
        String name = words.text("namespace")
                .or(() -> Optional.ofNullable(client.getNamespace()))
                .orElse("default");
        if (!NAME.matcher(name).matches()) {
            throw SandboxException.invalid("namespace", name, "small letters, digits and -, 63 at most");
        }
        return name;
    }

    private static PodSettings pods(Words words, String architecture) {
        var selector = new HashMap<>(words.map("node-selector"));
        selector.put("kubernetes.io/arch", architecture);
        return new PodSettings(
                AgentSource.parse(words.text("agent").orElse("config-map"), Ground.configMapName(architecture)),
                words.text("image").orElse(SANDBOX_IMAGE),
                aliases(words),
                words.oneOf("pull-policy", "IfNotPresent", "Always", "Never"),
                words.list("pull-secrets"),
                selector,
                words.list("tolerations").stream().map(Options::toleration).toList(),
                words.map("labels"),
                words.map("annotations"),
                words.text("runtime-class"),
                words.number("cpu-request", 0.1, 0.001, 256),
                (long) words.number("memory-request", 128 << 20, 1 << 20, 1L << 44),
                (long) words.number("disk-limit", 10L << 30, 1 << 20, 1L << 50),
                words.seconds("longest-life", Duration.ofDays(1), 1),
                workspace(words),
                podName(words),
                words.text("pod-template").map(Options::template));
    }

    private static Optional<String> podName(Words words) {
        Optional<String> name = words.text("pod-name");
        name.filter(said -> !Marks.POD_NAME.matcher(said).matches()).ifPresent(said -> {
            throw SandboxException.invalid("pod-name", said, "small letters, digits and -, 63 at most");
        });
        return name;
    }

    private static Workspace workspace(Words words) {
        Optional<String> claim = words.text("workspace-claim");
        Optional<String> storageClass = words.text("workspace-class");
        long bytes = (long) words.number("workspace-size", 0, 1 << 20, 1L << 50);
        if (bytes > 0 && claim.isPresent()) {
            throw SandboxException.invalid(
                    "workspace-claim",
                    claim.get(),
                    "without workspace-size, which gives each sandbox a claim of its own");
        }
        if (bytes == 0 && storageClass.isPresent()) {
            throw SandboxException.invalid("workspace-class", storageClass.get(), "together with workspace-size");
        }
        return bytes > 0
                ? new Workspace.Own(bytes, storageClass)
                : claim.<Workspace>map(Workspace.Shared::new).orElseGet(Workspace.Temporary::new);
    }

    /** Clients of the sessions API send that name when nobody says which image. */
    private static Map<String, String> aliases(Words words) {
        Map<String, String> said = words.map("aliases");
        return said.isEmpty() ? Map.of("sandbox:latest", PodSettings.HOST) : said;
    }

    /** {@code key=value:effect}, {@code key:effect} or {@code key}. */
    private static Toleration toleration(String text) {
        String[] parts = text.split(":", 2);
        String[] pair = parts[0].split("=", 2);
        return new TolerationBuilder()
                .withKey(pair[0])
                .withOperator(pair.length == 2 ? "Equal" : "Exists")
                .withValue(pair.length == 2 ? pair[1] : null)
                .withEffect(parts.length == 2 ? parts[1] : null)
                .build();
    }

    private static Pod template(String file) {
        try {
            Pod template = Serialization.unmarshal(Files.readString(Path.of(file)), Pod.class);
            if (template != null && template.getSpec() != null) {
                return template;
            }
        } catch (IOException | RuntimeException e) {
            // told below
        }
        throw SandboxException.invalid("pod-template", file, "a file with one Pod in YAML or JSON, which has a spec");
    }

    private static List<String> networks(List<String> said) {
        Stream<String> wrong = said.stream().filter(one -> !NETWORK.matcher(one).matches());
        wrong.findFirst().ifPresent(one -> {
            throw SandboxException.invalid("egress", one, "networks such as 10.0.0.0/8, joined by commas");
        });
        return said;
    }

    private static String architecture(Words words) {
        String ours = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        return words.oneOf("architecture", ours, ours.equals("amd64") ? "arm64" : "amd64");
    }
}
