package dev.sandjar.compat.sessions.example;

import dev.sandjar.compat.sessions.RunResult;
import dev.sandjar.compat.sessions.Session;
import dev.sandjar.compat.sessions.SessionSpec;
import dev.sandjar.compat.sessions.SessionSshClient;
import dev.sandjar.compat.sessions.SessionsClient;
import dev.sandjar.compat.sessions.SshCommand;
import dev.sandjar.compat.sessions.SshKeys;
import dev.sandjar.compat.sessions.SshResult;
import dev.sandjar.compat.sessions.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import org.apache.sshd.sftp.client.SftpClient;

/** One session: a run, a command by SSH, a file up and down. Run with {@code SANDBOX_API_URL} and {@code SANDBOX_API_TOKEN} set. */
public final class Example {
    private Example() {}

    // README
    public static void main(String[] args) throws Exception {
        KeyPair key = SshKeys.generate();
        try (var client = new SessionsClient()) { // of SANDBOX_API_URL, with SANDBOX_API_TOKEN
            Session session = client.createSession(SessionSpec.builder()
                    .ttl(Duration.ofMinutes(10))
                    .sshPublicKey(SshKeys.publicKey(key))
                    .build());
            try {
                RunResult run = client.runCode(session.sessionId(), "print(40 + 2)");
                System.out.println(run.status() + " " + run.exitCode().orElseThrow() + " "
                        + run.stdout().strip());
                try (SessionSshClient ssh =
                        client.ssh(session.sessionId()).key(key).connect()) {
                    SshResult result = ssh.run("pwd; echo trouble >&2; exit 7", Duration.ofSeconds(10));
                    System.out.println(result.exitCode().orElseThrow() + " "
                            + result.stdout().strip() + " " + result.stderr().strip());
                    Path file = Files.createTempFile("demo", ".txt");
                    ssh.upload(Files.writeString(file, "there and back"), "demo.txt");
                    ssh.download("demo.txt", file);
                    System.out.println(Files.readString(file));
                    Files.delete(file);
                }
            } finally {
                client.deleteSession(session.sessionId());
            }
        }
    }
    // README

    /** Not run: what else there is. */
    static void bySsh(SessionsClient client, String id) throws IOException {
        // SSH
        try (SessionSshClient ssh = client.ssh(id).key(Path.of("id_ed25519")).connect()) {
            ssh.run("make test", Duration.ofMinutes(5)); // stdout, stderr, exit code or signal
            ssh.upload(Path.of("in.csv"), "in.csv");
            try (SshCommand shell = ssh.shell(Terminal.DEFAULT)) { // streams, signals
                shell.resize(120, 50);
            }
            try (SftpClient sftp = ssh.openSftp()) { // all the rest of SFTP
                sftp.mkdir("results");
            }
        }
        // SSH
    }
}
