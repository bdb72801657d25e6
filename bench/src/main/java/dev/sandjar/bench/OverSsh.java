package dev.sandjar.bench;

import static dev.sandjar.bench.Table.number;

import dev.sandjar.compat.sessions.HostKeyPolicy;
import dev.sandjar.compat.sessions.HttpConnectTunnel;
import dev.sandjar.compat.sessions.Session;
import dev.sandjar.compat.sessions.SessionSpec;
import dev.sandjar.compat.sessions.SessionSshClient;
import dev.sandjar.compat.sessions.SessionsClient;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The SSH door beside OpenSSH's own server: the same client, through {@code CONNECT} at both. */
final class OverSsh implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int LARGE = 256 << 20;
    private static final int TUNNELS = 200;

    private final Table table;
    private final Server server;
    private final Path folder = Files.createTempDirectory("ssh");
    private final Path key = folder.resolve("key");
    private final OpenSshd openSsh;
    private final SessionsClient sessions;
    private final String id;

    OverSsh(Server server, Table table) throws IOException, InterruptedException {
        this.server = server;
        this.table = table;
        new ProcessBuilder("ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", key.toString())
                .start()
                .waitFor();
        String line = Files.readString(folder.resolve("key.pub")).strip();
        openSsh = new OpenSshd(line);
        sessions = SessionsClient.builder()
                .apiUrl(server.address().toString())
                .token(Server.TOKEN)
                .build();
        Session session =
                sessions.createSession(SessionSpec.builder().sshPublicKey(line).build());
        id = session.sessionId();
    }

    private SessionSshClient ours() {
        return connect(server.address(), "sandbox");
    }

    private SessionSshClient theirs() {
        return connect(openSsh.address(), "root");
    }

    private SessionSshClient connect(URI at, String user) {
        return SessionSshClient.builder(HttpConnectTunnel.builder(at.toString(), Server.TOKEN, id))
                .username(user)
                .key(key)
                .hostKeys(HostKeyPolicy.trustAnybody())
                .connect();
    }

    void measure() throws Exception {
        try (SessionSshClient ours = ours();
                SessionSshClient theirs = theirs()) {
            commands(ours, theirs);
            files(ours, theirs);
        }
        connections();
        idle();
    }

    private void commands(SessionSshClient ours, SessionSshClient theirs) throws Exception {
        Samples[] both = Samples.inTurn(1_000, 600, () -> ours.run("true", LIMIT), () -> theirs.run("true", LIMIT));
        compare("SSH: `true` on an open connection, p50", both[0], both[1], 1.3);
    }

    private void compare(String what, Samples ours, Samples theirs, double bar) {
        double ratio = ours.p50() / theirs.p50();
        table.add(
                what,
                number(ours.p50(), "ms") + " = " + number(ratio, "×"),
                "OpenSSH: " + number(theirs.p50(), "ms"),
                "≤ " + bar + " ×",
                ratio <= bar);
    }

    private void files(SessionSshClient ours, SessionSshClient theirs) throws Exception {
        Path local = folder.resolve("large");
        Path back = folder.resolve("back");
        try (var file = new RandomAccessFile(local.toFile(), "rw")) {
            file.setLength(LARGE);
        }
        String there = folder.resolve("there").toString();
        Samples[] up = Samples.inTurn(4, 9, () -> ours.upload(local, "large"), () -> theirs.upload(local, there));
        Samples[] down = Samples.inTurn(4, 9, () -> ours.download("large", back), () -> theirs.download(there, back));
        throughput("SFTP: 256 MiB up, AES-GCM", up[0], up[1]);
        throughput("SFTP: 256 MiB down, AES-GCM", down[0], down[1]);
        ours.run("rm large", LIMIT);
        for (Path file : List.of(local, back, Path.of(there))) {
            Files.deleteIfExists(file);
        }
    }

    private void throughput(String what, Samples ours, Samples theirs) {
        double ratio = theirs.p50() / ours.p50();
        table.add(
                what,
                number(LARGE / 1e3 / ours.p50(), "MB/s") + " = " + number(ratio, "×"),
                "OpenSSH: " + number(LARGE / 1e3 / theirs.p50(), "MB/s"),
                "≥ 0.7 ×",
                ratio >= 0.7);
    }

    private void connections() throws Exception {
        Samples[] both = Samples.inTurn(10, 40, () -> once(ours()), () -> once(theirs()));
        compare("SSH: connect, log in, first `true`, p50", both[0], both[1], 1.3);
    }

    private static void once(SessionSshClient client) {
        try (client) {
            client.run("true", LIMIT);
        }
    }

    private void idle() throws Exception {
        var open = new ArrayList<SessionSshClient>();
        try {
            once(ours());
            long before = server.liveBytes();
            for (int count = 0; count < TUNNELS; count++) {
                open.add(ours());
            }
            double each = (server.liveBytes() - before) / 1024.0 / TUNNELS;
            table.add(
                    "heap of an idle SSH connection, of " + TUNNELS,
                    number(each, "KiB"),
                    "",
                    "≤ 60 KB",
                    each * 1024 <= 60_000);
        } finally {
            open.forEach(SessionSshClient::close);
        }
    }

    @Override
    public void close() {
        sessions.deleteSession(id);
        sessions.close();
        openSsh.close();
    }
}
