package dev.sandjar.compat.kmetis;

import dev.sandjar.compat.kmetis.pod.Login;
import dev.sandjar.compat.kmetis.pod.SshServer;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** What a {@link K8sSandboxBuilder} was told, at the moment that it opened one; named and described there. */
record Settings(
        Login login,
        int port,
        Duration connectTimeout,
        int maxSessions,
        Duration idleTimeout,
        Duration addressLifetime,
        Duration startTimeout,
        String image,
        SshServer server,
        UnaryOperator<Pod> pod,
        boolean throughPortForward,
        boolean deleteOnClose) {}
