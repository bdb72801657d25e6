package dev.sandjar.compat.kubebox.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A sandbox's pod. Root in it, if its image is one of root's, has no power but to listen on port 80: no other capability, none to be got, nothing of
 * the cluster's.
 */
final class PodManifest {
    /** The label by which a service finds its pod. */
    static final String APP = "app";

    private static final int SECONDS_TO_START = 120;

    private PodManifest() {}

    static Pod of(String name, String namespace, PodOptions options) {
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .withLabels(labels(name, options.username()))
                .endMetadata()
                .withNewSpec()
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withSecurityContext(security(options))
                .withContainers(container(name, options))
                .endSpec()
                .build();
        return options.change().apply(pod);
    }

    static Map<String, String> labels(String podName, Optional<String> username) {
        var labels = new LinkedHashMap<String, String>();
        labels.put(APP, podName);
        username.ifPresent(user -> labels.put("username", user));
        return labels;
    }

    private static PodSecurityContext security(PodOptions options) {
        var context = new PodSecurityContextBuilder()
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile();
        if (options.runAs().isPresent()) {
            long uid = options.runAs().getAsLong();
            context.withRunAsNonRoot(true)
                    .withRunAsUser(uid)
                    .withRunAsGroup(uid)
                    .withFsGroup(uid);
        }
        return context.build();
    }

    private static Container container(String name, PodOptions options) {
        Map<String, Quantity> all =
                Map.of("cpu", new Quantity(options.cpu()), "memory", new Quantity(options.memory()));
        return new ContainerBuilder()
                .withName(name)
                .withImage(options.image())
                .withPorts(Stream.concat(Stream.of(Names.API_PORT), options.ports().stream())
                        .map(port -> new ContainerPortBuilder()
                                .withContainerPort(port)
                                .build())
                        .toList())
                .withEnv(options.publicKey().map(PodManifest::variable).stream().toList())
                .withNewResources()
                .withRequests(all)
                .withLimits(all)
                .endResources()
                .withStartupProbe(answers(1, SECONDS_TO_START))
                .withReadinessProbe(answers(5, 3))
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withNewCapabilities()
                .withDrop("ALL")
                .withAdd("NET_BIND_SERVICE")
                .endCapabilities()
                .endSecurityContext()
                .build();
    }

    private static EnvVar variable(PodOptions.KeySecret key) {
        return new EnvVarBuilder()
                .withName(key.key())
                .withNewValueFrom()
                .withNewSecretKeyRef(key.key(), key.secret(), null)
                .endValueFrom()
                .build();
    }

    /** That something listens; a request would need credentials at some servers. */
    private static Probe answers(int everySeconds, int failures) {
        return new ProbeBuilder()
                .withNewTcpSocket()
                .withPort(new IntOrString(Names.API_PORT))
                .endTcpSocket()
                .withPeriodSeconds(everySeconds)
                .withFailureThreshold(failures)
                .build();
    }
}
