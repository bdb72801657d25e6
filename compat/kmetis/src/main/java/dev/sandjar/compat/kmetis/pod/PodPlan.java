package dev.sandjar.compat.kmetis.pod;

import dev.sandjar.compat.kmetis.error.SandboxException;

/**
 * What one pod is to be.
 *
 * @param id the sandbox's, and the pod's name
 * @param image what the sandbox runs
 * @param cpu processors, as Kubernetes writes them: {@code 1}, {@code 500m}
 * @param memory as Kubernetes writes it: {@code 1Gi}
 * @param server where its sshd comes from
 * @param login whom one logs in as
 * @param port where its sshd listens: 1 to 65535
 * @param hostKey the public one, as one line; empty where the image makes its own
 */
public record PodPlan(
        String id, String image, String cpu, String memory, SshServer server, Login login, int port, String hostKey) {
    private static final int FIRST_FOR_ALL = 1024;

    /** Refuses what no pod can be. */
    public PodPlan {
        check(server, login, port);
    }

    /**
     * Refuses what does not go together, whatever the image.
     *
     * @param server where sshd comes from
     * @param login whom one logs in as
     * @param port where it listens
     */
    public static void check(SshServer server, Login login, int port) {
        if (port < 1 || port > 65_535) {
            throw SandboxException.invalid("port", port, "1 to 65535");
        }
        if (login.uid().isEmpty()) {
            return;
        }
        int uid = login.uid().getAsInt();
        if (server instanceof SshServer.OfImage) {
            throw SandboxException.invalid(
                    "user with a number", uid, "with an sshd that is brought in, not the image's own");
        }
        if (port < FIRST_FOR_ALL) {
            throw SandboxException.invalid(
                    "port",
                    port,
                    FIRST_FOR_ALL + " to 65535, since lower ones are for root and the sandbox runs as another user");
        }
    }
}
