package dev.sandjar.compat.kmetis.pod;

/** How an sshd that is brought in behaves. */
final class SshdConfig {
    private SshdConfig() {}

    static String of(PodPlan plan) {
        return """
                Port %d
                HostKey %3$s/host_key
                AuthorizedKeysFile %3$s/authorized_keys
                AuthenticationMethods publickey
                AllowUsers %2$s
                PermitRootLogin prohibit-password
                UsePAM no
                UseDNS no
                PidFile none
                PrintMotd no
                PrintLastLog no
                PermitUserRC no
                X11Forwarding no
                AllowAgentForwarding no
                AllowTcpForwarding no
                MaxSessions 100
                MaxStartups 100:30:200
                ClientAliveInterval 30
                ClientAliveCountMax 4
                LogLevel VERBOSE
                Subsystem sftp internal-sftp
                """.formatted(plan.port(), plan.login().username(), SandboxPod.OPENSSH);
    }
}
