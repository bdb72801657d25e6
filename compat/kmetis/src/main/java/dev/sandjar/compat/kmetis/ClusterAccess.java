package dev.sandjar.compat.kmetis;

import dev.sandjar.compat.kmetis.error.SandboxException;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How the cluster is found: by what was named; else, in a pod, as its service account; else by {@code KUBECONFIG} or {@code ~/.kube/config}.
 *
 * @param kubeconfig a file that was named
 * @param context a context that was named; the kubeconfig's current one when empty
 * @param environment of the process
 * @param serviceAccount where a pod finds its own
 */
record ClusterAccess(
        Optional<Path> kubeconfig, Optional<String> context, Map<String, String> environment, Path serviceAccount) {
    static final Path SERVICE_ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

    Config find() {
        boolean named = kubeconfig.isPresent() || context.isPresent();
        if (!named && environment.containsKey("KUBERNETES_SERVICE_HOST") && Files.isReadable(token())) {
            return inCluster();
        }
        return fromKubeconfig();
    }

    private Path token() {
        return serviceAccount.resolve("token");
    }

    private Config inCluster() {
        String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
        String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "443");
        return new ConfigBuilder(Config.empty())
                .withMasterUrl("https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port)
                .withCaCertFile(serviceAccount.resolve("ca.crt").toString())
                .withOauthTokenProvider(this::currentToken)
                .build();
    }

    /** The kubelet writes a new one every hour. */
    private String currentToken() {
        try {
            return Files.readString(token()).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Config fromKubeconfig() {
        @Nullable String wanted = context.orElse(null);
        Stream<Path> files = kubeconfig.stream();
        if (kubeconfig.isEmpty()) {
            String usual =
                    Path.of(System.getProperty("user.home"), ".kube", "config").toString();
            files = Stream.of(environment.getOrDefault("KUBECONFIG", usual).split(File.pathSeparator))
                    .map(Path::of);
        }
        Path file = files.filter(Files::isReadable).findFirst().orElseThrow(ClusterAccess::nowhere);
        Config config;
        try {
            config = Config.fromKubeconfig(wanted, file.toFile());
        } catch (RuntimeException e) { // what it says quotes the file, which has secrets
            throw SandboxException.invalid("kubeconfig", file + ", which is none", "what kubectl understands");
        }
        if (wanted != null
                && (config.getCurrentContext() == null
                        || !config.getCurrentContext().getName().equals(wanted))) {
            throw SandboxException.invalid("context", wanted, "one that " + file + " has");
        }
        return config;
    }

    private static SandboxException nowhere() {
        return new SandboxException(
                "no cluster is known: this is no pod with a service account, and there is no kubeconfig that can be read",
                "set KUBECONFIG, or name a file: K8sSandbox.builder().kubeconfig(path)",
                null);
    }
}
