package dev.sandjar.compat.kmetis;

import dev.sandjar.compat.kmetis.error.SandboxException;
import dev.sandjar.compat.kmetis.pod.Login;
import dev.sandjar.compat.kmetis.pod.PodPlan;
import dev.sandjar.compat.kmetis.pod.SshServer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/** How a {@link K8sSandbox} is opened. What is said here wins over the environment, which wins over {@code .env}. */
public final class K8sSandboxBuilder {
    private static final int RETRIES = 3; // of calls that the API server did not take

    private Configuration configuration;
    private Optional<Path> kubeconfig = Optional.empty();
    private Optional<String> context = Optional.empty();
    private OptionalInt uid = OptionalInt.empty();
    private int maxSessions = 10;
    private Duration idleTimeout = Duration.ofMinutes(5);
    private Duration addressLifetime = Duration.ofMinutes(1);
    private Duration startTimeout = Duration.ofMinutes(2);
    private String image = "panubo/sshd:latest";
    private SshServer server = new SshServer.OfImage();
    private boolean throughPortForward;
    private boolean deleteOnClose;
    private UnaryOperator<Pod> pod = UnaryOperator.identity();

    K8sSandboxBuilder(Configuration configuration) {
        this.configuration = configuration;
    }

    /**
     * Where sandboxes are made; {@code K8S_NAMESPACE}, else {@code default}.
     *
     * @param name of a namespace that exists
     * @return this
     */
    public K8sSandboxBuilder namespace(String name) {
        configuration =
                new Configuration(name, configuration.username(), configuration.port(), configuration.timeout());
        return this;
    }

    /**
     * How the cluster is reached; without it, and without a context, as the pod's own service account where this is a pod, else by {@code
     * KUBECONFIG} or {@code ~/.kube/config}.
     *
     * @param file what kubectl understands
     * @return this
     */
    public K8sSandboxBuilder kubeconfig(Path file) {
        kubeconfig = Optional.of(file);
        return this;
    }

    /**
     * Which of the kubeconfig's contexts; its current one without.
     *
     * @param name of one that it has
     * @return this
     */
    public K8sSandboxBuilder context(String name) {
        context = Optional.of(name);
        return this;
    }

    /**
     * Whom one logs in as; {@code SSH_USERNAME}, else {@code root}. sshd runs as root and becomes this user, whom the image has; but see {@link
     * #runAs}.
     *
     * @param name as in the image's {@code /etc/passwd}
     * @return this
     */
    public K8sSandboxBuilder username(String name) {
        configuration =
                new Configuration(configuration.namespace(), name, configuration.port(), configuration.timeout());
        return this;
    }

    /**
     * Gives the whole sandbox to that user, who has no power over it and need not be in the image. Needs an sshd that is brought in, a name other than
     * root, and a port of 1024 or above.
     *
     * @param uid the user's number: 1 to 2^30
     * @return this
     */
    public K8sSandboxBuilder runAs(int uid) {
        this.uid = OptionalInt.of(uid);
        return this;
    }

    /**
     * Where sandboxes' sshd listens; {@code SSH_PORT}, else 22.
     *
     * @param number 1 to 65535
     * @return this
     */
    public K8sSandboxBuilder port(int number) {
        configuration =
                new Configuration(configuration.namespace(), configuration.username(), number, configuration.timeout());
        return this;
    }

    /**
     * How long a connection may take, with login; {@code SSH_TIMEOUT}, else 30 seconds.
     *
     * @param limit 1 ms to an hour
     * @return this
     */
    public K8sSandboxBuilder connectTimeout(Duration limit) {
        configuration =
                new Configuration(configuration.namespace(), configuration.username(), configuration.port(), limit);
        return this;
    }

    /**
     * What sandboxes run when their request names no image; {@code panubo/sshd:latest}.
     *
     * @param reference of an image
     * @return this
     */
    public K8sSandboxBuilder image(String reference) {
        image = reference;
        return this;
    }

    /**
     * Brings OpenSSH into sandboxes, so that any image with a shell will do; without, their image must start an sshd itself. Its host key is then
     * made here for each sandbox and demanded of whoever answers.
     *
     * @param from an image with sshd, no newer than OpenSSH 9.7, such as one of Debian 12 with openssh-server
     * @return this
     */
    public K8sSandboxBuilder bringSsh(String from) {
        server = new SshServer.BroughtIn(from);
        return this;
    }

    /**
     * How long a sandbox may take to be ready, image pull included; two minutes.
     *
     * @param limit above 0
     * @return this
     */
    public K8sSandboxBuilder startTimeout(Duration limit) {
        startTimeout = positive("startTimeout", limit);
        return this;
    }

    /**
     * How many SSH connections there are at most; 10.
     *
     * @param count 1 to 10,000
     * @return this
     */
    public K8sSandboxBuilder maxSessions(int count) {
        maxSessions = count;
        return this;
    }

    /**
     * After how long without use an SSH connection is closed; five minutes.
     *
     * @param limit 1 ms to a day
     * @return this
     */
    public K8sSandboxBuilder idleTimeout(Duration limit) {
        idleTimeout = limit;
        return this;
    }

    /**
     * How long a sandbox's address is believed before the cluster is asked again; one minute.
     *
     * @param limit above 0
     * @return this
     */
    public K8sSandboxBuilder addressLifetime(Duration limit) {
        addressLifetime = positive("addressLifetime", limit);
        return this;
    }

    /**
     * Reaches sandboxes through the API server, from where pods' addresses cannot be reached.
     *
     * @return this
     */
    public K8sSandboxBuilder throughPortForward() {
        throughPortForward = true;
        return this;
    }

    /**
     * Deletes what it made when it is closed.
     *
     * @return this
     */
    public K8sSandboxBuilder deleteOnClose() {
        deleteOnClose = true;
        return this;
    }

    /**
     * Changes each pod before it is made: a node selector, a pull secret, more capabilities.
     *
     * @param change gets the pod, gives another; its name and labels must stay
     * @return this
     */
    public K8sSandboxBuilder pod(UnaryOperator<Pod> change) {
        pod = change;
        return this;
    }

    /**
     * Opens it; nothing is asked of the cluster yet.
     *
     * @return to be closed
     * @throws SandboxException when no cluster is known, or two things that were said do not go together
     */
    public K8sSandbox open() {
        Settings settings = settings();
        PodPlan.check(settings.server(), settings.login(), settings.port());
        Config config = new ClusterAccess(kubeconfig, context, System.getenv(), ClusterAccess.SERVICE_ACCOUNT).find();
        Config patient = new ConfigBuilder(config)
                .withRequestRetryBackoffLimit(RETRIES)
                .withRequestRetryBackoffInterval(100)
                .build();
        var cluster =
                new Cluster(new KubernetesClientBuilder().withConfig(patient).build(), configuration.namespace());
        try {
            return new K8sSandbox(settings, cluster);
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    private Settings settings() {
        return new Settings(
                new Login(configuration.username(), uid),
                configuration.port(),
                configuration.timeout(),
                maxSessions,
                idleTimeout,
                addressLifetime,
                startTimeout,
                image,
                server,
                pod,
                throughPortForward,
                deleteOnClose);
    }

    private static Duration positive(String name, Duration given) {
        if (!given.isPositive()) {
            throw SandboxException.invalid(name, given, "above 0");
        }
        return given;
    }
}
