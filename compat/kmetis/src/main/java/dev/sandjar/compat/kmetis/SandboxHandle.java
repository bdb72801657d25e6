package dev.sandjar.compat.kmetis;

import java.time.Instant;

/**
 * A sandbox that has just been made, and answers.
 *
 * @param sandboxId its name, and its pod's
 * @param ipAddress where its sshd answers: the pod's address, or this machine's behind a port-forward
 * @param port the same
 * @param createdAt when the cluster made its pod
 */
public record SandboxHandle(String sandboxId, String ipAddress, int port, Instant createdAt) {}
