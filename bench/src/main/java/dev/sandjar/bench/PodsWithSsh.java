package dev.sandjar.bench;

import static dev.sandjar.bench.Table.number;

import dev.sandjar.compat.kmetis.Configuration;
import dev.sandjar.compat.kmetis.K8sSandbox;
import dev.sandjar.compat.kmetis.SandboxHandle;
import dev.sandjar.compat.kmetis.ssh.HostKey;
import dev.sandjar.compat.kmetis.ssh.SshKey;
import dev.sandjar.compat.kmetis.ssh.SshManager;
import dev.sandjar.compat.kmetis.ssh.SshSession;
import dev.sandjar.compat.kmetis.ssh.SshTarget;
import dev.sandjar.testing.RealCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The SDK in the shape of kmetis: a command over a connection that is there, beside one over a connection of its own. */
final class PodsWithSsh implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Table table;
    private final String namespace = "sandjar-bench-" + ProcessHandle.current().pid();
    private final HostKey key = HostKey.generate(); // any pair does
    private final K8sSandbox sandboxes;

    PodsWithSsh(Table table) {
        this.table = table;
        RealCluster.kubectl("create", "namespace", namespace);
        sandboxes = K8sSandbox.builder(new Configuration(namespace, "root", 22, LIMIT))
                .kubeconfig(Path.of(RealCluster.options().getOrDefault("kubeconfig", System.getenv("KUBECONFIG"))))
                .image(RealCluster.image())
                .bringSsh(RealCluster.sshImage())
                .open();
    }

    void measure() throws Exception {
        SandboxHandle made = sandboxes.create(key.publicLine());
        commands(made);
        files(made.sandboxId());
    }

    private void commands(SandboxHandle made) throws Exception {
        var target = new SshTarget(
                made.sandboxId(),
                made.ipAddress(),
                made.port(),
                "root",
                SshKey.of(key.privateText()),
                Optional.empty());
        String text = key.privateText();
        try (var manager = new SshManager()) {
            Samples[] both = Samples.inTurn(30, 100, () -> sandboxes.execute(made.sandboxId(), text, "true"), () -> {
                try (SshSession session = manager.borrow(target)) {
                    session.execute("true", LIMIT);
                }
                manager.closeSessions(made.sandboxId());
            });
            double times = both[1].p50() / both[0].p50();
            table.add(
                    "kmetis: command `true` over a pooled connection, p50",
                    number(both[0].p50(), "ms") + " = " + number(times, "× faster"),
                    "a new connection for each: " + number(both[1].p50(), "ms"),
                    "≥ 10 ×",
                    times >= 10);
        }
    }

    private void files(String id) throws Exception {
        int size = 64 << 20;
        Path local = Files.createTempFile("bench", ".bin");
        try {
            Files.write(local, new byte[size]);
            Samples up = Samples.of(1, 3, () -> sandboxes.upload(id, key.privateText(), local, "/tmp/file"));
            Samples down = Samples.of(1, 3, () -> sandboxes.download(id, key.privateText(), "/tmp/file", local));
            if (Files.size(local) != size) {
                throw new IOException("the file came back with " + Files.size(local) + " bytes");
            }
            table.add("kmetis: upload of 64 MiB", number(size / 1e3 / up.p50(), "MB/s"), "", "", true);
            table.add("kmetis: download of 64 MiB", number(size / 1e3 / down.p50(), "MB/s"), "", "", true);
        } finally {
            Files.delete(local);
        }
    }

    @Override
    public void close() {
        sandboxes.close();
        RealCluster.kubectl("delete", "namespace", namespace, "--wait=false");
    }
}
