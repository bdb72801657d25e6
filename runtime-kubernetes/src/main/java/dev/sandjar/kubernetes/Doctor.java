package dev.sandjar.kubernetes;

import dev.sandjar.Finding;
import dev.sandjar.kubernetes.dial.Dialler;
import dev.sandjar.kubernetes.pod.AgentSource;
import dev.sandjar.kubernetes.pod.Workspace;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Asks the cluster what it lets us do and what it enforces. */
final class Doctor {
    private static final String ENFORCED = "pod-security.kubernetes.io/enforce";
    private static final String RESTRICTED = "restricted";
    private static final int KILLS_WHOLE_CONTAINERS = 28;

    private final KubernetesClient client;
    private final Options options;

    Doctor(KubernetesClient client, Options options) {
        this.client = client;
        this.options = options;
    }

    /** What is needed and not allowed, such as {@code list pods}. */
    List<String> missingPermissions() {
        return needed().filter(one -> !allowed(one)).map(Permission::toString).toList();
    }

    /** One thing that must be allowed. */
    private record Permission(String verb, String resource, String group) {
        @Override
        public String toString() {
            return verb + " " + resource;
        }
    }

    List<Finding> examine() {
        var findings = new ArrayList<Finding>();
        try {
            findings.add(version());
            findings.add(namespace());
            findings.add(permissions());
            findings.add(podSecurity());
            findings.add(memory());
            findings.add(network());
        } catch (KubernetesClientException e) {
            findings.add(new Finding(
                    "cluster",
                    Finding.Level.BROKEN,
                    String.valueOf(Api.told("asking the cluster", e).getMessage()),
                    "check the kubeconfig, and that the cluster is up"));
        }
        return findings;
    }

    private Finding version() {
        return new Finding(
                "cluster",
                Finding.Level.GOOD,
                "Kubernetes " + Version.of(client).name() + " answers",
                "");
    }

    /** Namespaces are not for everybody to look at: not knowing is no fault. */
    private Finding namespace() {
        String text = "sandboxes live in namespace " + options.namespace();
        try {
            if (client.namespaces().withName(options.namespace()).get() == null) {
                return new Finding(
                        "namespace",
                        Finding.Level.BROKEN,
                        "namespace " + options.namespace() + " is not there",
                        "kubectl create namespace " + options.namespace());
            }
        } catch (KubernetesClientException notAllowed) {
            return new Finding(
                    "namespace", Finding.Level.GOOD, text + "; this account may not see whether it is there", "");
        }
        return new Finding("namespace", Finding.Level.GOOD, text, "");
    }

    private Finding permissions() {
        List<String> missing = missingPermissions();
        return missing.isEmpty()
                ? new Finding("permissions", Finding.Level.GOOD, "every permission that is needed is there", "")
                : new Finding(
                        "permissions",
                        Finding.Level.BROKEN,
                        "not allowed in namespace " + options.namespace() + ": " + String.join(", ", missing),
                        "give this account a Role with them");
    }

    private Stream<Permission> needed() {
        var all = new ArrayList<Permission>();
        for (String resource : List.of("pods", "secrets")) {
            for (String verb : List.of("create", "delete", "get", "list", "watch")) {
                all.add(new Permission(verb, resource, ""));
            }
        }
        all.add(new Permission("patch", "secrets", ""));
        all.add(new Permission("patch", "pods", ""));
        all.add(new Permission("list", "events", ""));
        for (String verb : List.of("create", "delete", "get", "list", "update")) {
            all.add(new Permission(verb, "leases", "coordination.k8s.io"));
        }
        for (String verb : List.of("create", "get", "update")) {
            all.add(new Permission(verb, "networkpolicies", "networking.k8s.io"));
            all.add(new Permission(verb, "configmaps", ""));
        }
        all.add(new Permission("delete", "networkpolicies", "networking.k8s.io"));
        if (options.pods().workspace() instanceof Workspace.Own) {
            all.add(new Permission("create", "persistentvolumeclaims", ""));
        }
        boolean byAddress = options.insideCluster()
                ? options.dial() != Dialler.Way.PORT_FORWARD
                : options.dial() == Dialler.Way.POD_ADDRESS;
        if (!byAddress) {
            all.add(new Permission("create", "pods/portforward", ""));
        }
        return all.stream();
    }

    private boolean allowed(Permission wanted) {
        int slash = wanted.resource().indexOf('/');
        SelfSubjectAccessReview asked = new SelfSubjectAccessReviewBuilder()
                .withNewSpec()
                .withNewResourceAttributes()
                .withNamespace(options.namespace())
                .withVerb(wanted.verb())
                .withGroup(wanted.group())
                .withResource(slash < 0 ? wanted.resource() : wanted.resource().substring(0, slash))
                .withSubresource(slash < 0 ? null : wanted.resource().substring(slash + 1))
                .endResourceAttributes()
                .endSpec()
                .build();
        return client.authorization()
                .v1()
                .selfSubjectAccessReview()
                .create(asked)
                .getStatus()
                .getAllowed();
    }

    /** Namespaces are not for everybody to look at: not knowing is no fault. */
    private Finding podSecurity() {
        String level = "";
        try {
            Namespace namespace =
                    client.namespaces().withName(options.namespace()).get();
            level = namespace == null ? "" : namespace.getMetadata().getLabels().getOrDefault(ENFORCED, "");
        } catch (KubernetesClientException notAllowed) {
            return new Finding(
                    "pod-security",
                    Finding.Level.WEAK,
                    "this account may not see which pod security level namespace " + options.namespace() + " enforces",
                    "look yourself: kubectl get namespace " + options.namespace() + " --show-labels");
        }
        boolean nodeFolder = options.pods().agent() instanceof AgentSource.NodeFolder;
        if (level.equals(RESTRICTED) && nodeFolder) {
            return new Finding(
                    "pod-security",
                    Finding.Level.BROKEN,
                    "namespace " + options.namespace() + " enforces restricted, which refuses folders of nodes",
                    "use agent=config-map, or agent=init:IMAGE");
        }
        return level.equals(RESTRICTED)
                ? new Finding("pod-security", Finding.Level.GOOD, "the namespace enforces restricted", "")
                : new Finding(
                        "pod-security",
                        Finding.Level.WEAK,
                        "sandboxes satisfy the level restricted, but the namespace does not enforce it",
                        "kubectl label namespace " + options.namespace() + " " + ENFORCED + "=" + RESTRICTED);
    }

    private Finding memory() {
        return Version.of(client).isBefore(KILLS_WHOLE_CONTAINERS)
                ? new Finding("memory-limits", Finding.Level.GOOD, "memory limits are enforced", "")
                : new Finding(
                        "memory-limits",
                        Finding.Level.WEAK,
                        "kubelets of this version end a whole sandbox when one of its commands runs out of memory (cgroup v2)",
                        "with kubelets of 1.32 or newer, set singleProcessOOMKill: true in the kubelets' configuration");
    }

    private Finding network() {
        return new Finding(
                "network",
                Finding.Level.WEAK,
                "sandboxes are closed by a NetworkPolicy; whether it is enforced is up to the cluster's network plugin",
                "use a plugin that enforces them, such as Cilium or Calico");
    }
}
