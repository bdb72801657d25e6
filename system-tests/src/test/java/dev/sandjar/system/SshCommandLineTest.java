package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.system.OpenSsh.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code sandjar ssh} and {@code sandjar tunnel}: OpenSSH as the command line uses it. */
@Timeout(120)
class SshCommandLineTest {
    @TempDir
    static Path folder;

    private static RealServer server;
    private static OpenSsh client;
    private static String id;

    @BeforeAll
    static void start() throws Exception {
        server = new RealServer(Path.of("/var/lib/sandjar-test/ssh-cli"), "SANDJAR_SSH_PORT=0");
        client = new OpenSsh(folder, server);
        client.generate("ed25519", "key");
        id = client.session("key");
    }

    @AfterAll
    static void stop() throws Exception {
        server.method("DELETE", "/sessions/" + id, "");
        server.close();
    }

    @Test
    void theCommandLineOpensAShellAndKeepsTheHostKey() throws Exception {
        Ran ran = client.run(
                "", sandjar("ssh", id.substring(0, 8), "--", "-o", "LogLevel=ERROR", "echo in; cat; exit 3"));
        assertThat(ran).isEqualTo(new Ran(3, "in\n", ""));
        assertThat(Files.readString(folder.resolve("config/sandjar/known_hosts")))
                .contains(id + " ecdsa-sha2-nistp256 ");
        // which any other of OpenSSH's programs can use
        var scp = new ProcessBuilder(
                "scp",
                "-q",
                "-i",
                folder.resolve("key").toString(),
                "-o",
                "IdentitiesOnly=yes",
                "-o",
                "StrictHostKeyChecking=yes",
                "-o",
                "UserKnownHostsFile=" + folder.resolve("config/sandjar/known_hosts"),
                "-o",
                "ProxyCommand=" + CliProgram.in(folder) + " tunnel %h",
                "sandbox@" + id + ":/proc/1/comm",
                "by-tunnel");
        scp.environment().putAll(environment());
        assertThat(client.run("", scp)).isEqualTo(new Ran(0, "", ""));
        assertThat(folder.resolve("by-tunnel")).hasContent("sandjar-agent\n");
    }

    @Test
    void whoeverEndsTheCommandLineEndsItsSsh() throws Exception {
        Process sandjar = sandjar("ssh", id, "--", "echo in; exec sleep 1000").start();
        assertThat(sandjar.inputReader().readLine()).isEqualTo("in");
        List<ProcessHandle> all = sandjar.descendants().toList();
        assertThat(all).anyMatch(one -> one.info().command().orElse("").endsWith("/ssh"));
        sandjar.destroy();
        for (ProcessHandle one : all) {
            one.onExit().get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void aTunnelKeepsTheHostKeyBeforeSshLooksForIt() throws Exception {
        String session = client.session("key");
        assertThat(client.run("", throughTunnel(session))).isEqualTo(new Ran(0, "in\n", ""));
        server.method("DELETE", "/sessions/" + session, "");
    }

    @Test
    void tunnelsThatBeginAtOnceKeepEachItsHostKey() throws Exception {
        var sessions = new ArrayList<String>();
        var all = new ArrayList<Process>();
        for (int count = 0; count < 6; count++) {
            sessions.add(client.session("key"));
        }
        for (String session : sessions) {
            all.add(throughTunnel(session)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start());
        }
        for (Process ssh : all) {
            assertThat(ssh.inputReader().readLine()).isEqualTo("in");
        }
        for (String session : sessions) {
            server.method("DELETE", "/sessions/" + session, "");
        }
    }

    private static ProcessBuilder throughTunnel(String session) throws IOException {
        var ssh = new ProcessBuilder(
                "ssh",
                "-i",
                folder.resolve("key").toString(),
                "-o",
                "StrictHostKeyChecking=yes",
                "-o",
                "UserKnownHostsFile=" + folder.resolve("config/sandjar/known_hosts"),
                "-o",
                "ProxyCommand=" + CliProgram.in(folder) + " tunnel %h",
                "sandbox@" + session,
                "echo in");
        ssh.environment().putAll(environment());
        return ssh;
    }

    /** Where a place has its own token, the variable's is another server's. */
    @Test
    void aPlaceThatNamesItsTokenIsLoggedInToWithThat() throws Exception {
        var ssh = sandjar("ssh", "--place", server.address + "?token=" + RealServer.TOKEN, id, "--", "echo in");
        ssh.environment().put("SANDBOX_API_TOKEN", RealServer.OTHER_TOKEN);
        assertThat(client.run("", ssh)).isEqualTo(new Ran(0, "in\n", ""));
    }

    @Test
    void aPlaceThatNamesNoTokenGetsNoOther() throws Exception {
        var ssh = sandjar("ssh", "--place", server.address.toString(), id, "--", "echo in");
        Ran ran = client.run("", ssh);
        assertThat(ran.code()).isEqualTo(125);
        assertThat(ran.out()).isEmpty();
    }

    @Test
    void aServerWhoseHostKeyIsAnotherIsRefused() throws Exception {
        String session = client.session("key");
        client.generate("ecdsa", "impostor");
        Path hosts = folder.resolve("config/sandjar/known_hosts");
        Files.createDirectories(hosts.getParent());
        String kept = session + " " + Files.readString(folder.resolve("impostor.pub"));
        Files.writeString(hosts, kept);
        Ran ran = client.run("", sandjar("ssh", session, "--", "echo in"));
        assertThat(ran.code()).isEqualTo(125);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).contains("ssh-keygen -f " + hosts + " -R " + session);
        assertThat(hosts).hasContent(kept);
        Files.delete(hosts);
        server.method("DELETE", "/sessions/" + session, "");
    }

    @Test
    void whoCreatesWithAKeyLogsInWithIt() throws Exception {
        Ran created = client.run(
                "", sandjar("create", "--ssh-key", folder.resolve("key.pub").toString()));
        String made = created.out().strip();
        assertThat(created.code()).as(created.err()).isZero();
        assertThat(client.ssh(made, "echo in")).isEqualTo(new Ran(0, "in\n", ""));
        server.method("DELETE", "/sessions/" + made, "");
    }

    @Test
    void aKeyFileThatIsNoPublicKeyIsRefused() throws Exception {
        Ran created = client.run(
                "", sandjar("create", "--ssh-key", folder.resolve("key").toString()));
        assertThat(created.code()).isNotZero();
        assertThat(created.out()).isEmpty();
        assertThat(created.err()).contains("a private key");
    }

    @Test
    void withoutAServerTheCommandLineSaysWhatToDo() throws Exception {
        var ssh = sandjar("ssh", "--place", "local:?home=/var/lib/sandjar-test/ssh-local", id);
        Ran ran = client.run("", ssh);
        assertThat(ran.code()).isEqualTo(125);
        assertThat(ran.err()).contains("SSH needs a server", "sandjar serve");
    }

    private static ProcessBuilder sandjar(String... words) throws IOException {
        var command = new ArrayList<>(List.of(CliProgram.in(folder)));
        command.addAll(List.of(words));
        var builder = new ProcessBuilder(command);
        builder.environment().putAll(environment());
        return builder;
    }

    private static Map<String, String> environment() {
        return Map.of(
                "SANDBOX_API_URL", server.address.toString(),
                "SANDBOX_API_TOKEN", RealServer.TOKEN,
                "XDG_CONFIG_HOME", folder.resolve("config").toString());
    }
}
