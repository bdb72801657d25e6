package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.system.OpenSsh.Ran;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The port that speaks nothing but SSH, and ports that are forwarded. */
@Timeout(120)
class SshPortTest {
    private static final Path HOME = Path.of("/var/lib/sandjar-test/ssh-port");

    @TempDir
    static Path folder;

    private static RealServer server;
    private static OpenSsh client;
    private static String id;

    @BeforeAll
    static void start() throws Exception {
        server = new RealServer(HOME, "SANDJAR_SSH_PORT=0");
        client = new OpenSsh(folder, server);
        client.generate("ed25519", "key");
        id = client.session("key");
    }

    @AfterAll
    static void stop() throws Exception {
        server.method("DELETE", "/sessions/" + id, "");
        server.close();
    }

    private static List<String> direct(String user, String... words) {
        var command = new ArrayList<>(List.of(
                "ssh",
                "-p",
                Integer.toString(server.sshPort()),
                "-i",
                folder.resolve("key").toString()));
        for (String option : List.of(
                "IdentitiesOnly=yes",
                "StrictHostKeyChecking=accept-new",
                "UserKnownHostsFile=" + folder.resolve("hosts-of-the-port"),
                "PasswordAuthentication=no",
                "LogLevel=ERROR")) {
            command.addAll(List.of("-o", option));
        }
        command.add(user + "@127.0.0.1");
        command.addAll(List.of(words));
        return command;
    }

    // ---- the port

    @Test
    void theUsersNameIsTheSandbox() throws Exception {
        assertThat(client.run(direct(id, "pwd"))).isEqualTo(new Ran(0, "/workspace\n", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sandbox", "root", "00000000-0000-4000-8000-000000000000", "../../etc"})
    void aNameThatIsNoSandboxOfThatKeyIsRefusedLikeAnyOther(String name) throws Exception {
        Ran ran = client.run(direct(name, "pwd"));
        assertThat(ran.code()).isEqualTo(255);
        assertThat(ran.err()).contains("Permission denied");
    }

    @Test
    void aTokenOpensOnlyItsOwnersSandboxes() throws Exception {
        for (String token : List.of(RealServer.TOKEN, RealServer.OTHER_TOKEN)) {
            Path ask = Files.writeString(folder.resolve("ask"), "#!/bin/sh\necho " + token + "\n");
            Files.setPosixFilePermissions(ask, PosixFilePermissions.fromString("rwx------"));
            var ssh = new ProcessBuilder(
                    "ssh",
                    "-p",
                    Integer.toString(server.sshPort()),
                    "-o",
                    "StrictHostKeyChecking=accept-new",
                    "-o",
                    "UserKnownHostsFile=" + folder.resolve("hosts-of-the-port"),
                    "-o",
                    "LogLevel=ERROR",
                    "-o",
                    "PreferredAuthentications=password",
                    "-o",
                    "NumberOfPasswordPrompts=1",
                    id + "@127.0.0.1",
                    "echo in");
            ssh.environment().put("SSH_ASKPASS", ask.toString());
            ssh.environment().put("SSH_ASKPASS_REQUIRE", "force");
            assertThat(client.run("", ssh).out()).isEqualTo(token.equals(RealServer.TOKEN) ? "in\n" : "");
        }
    }

    @Test
    void theHostKeyIsTheSameAfterARestartAndSandboxesGoOn() throws Exception {
        Path home = Path.of("/var/lib/sandjar-test/ssh-restart");
        Path hosts = folder.resolve("known_hosts");
        Files.deleteIfExists(hosts);
        String session;
        try (var before = new RealServer(home)) {
            var old = new OpenSsh(folder, before);
            session = old.session("key");
            assertThat(old.ssh(session, "echo kept > here").code()).isZero();
            Process ssh = new ProcessBuilder(old.ssh(session, List.of(), "echo in; sleep 60"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            assertThat(ssh.inputReader().readLine()).isEqualTo("in");
            before.kill();
            assertThat(ssh.waitFor()).isEqualTo(255);
        }
        try (var after = new RealServer(home)) {
            var again = new OpenSsh(folder, after);
            assertThat(again.ssh(session, "cat here")).isEqualTo(new Ran(0, "kept\n", ""));
            after.method("DELETE", "/sessions/" + session, "");
        }
        Files.deleteIfExists(hosts);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ed25519", "rsa"})
    void aHostKeyOfAnyKindIsUsedAsItIs(String type) throws Exception {
        client.generate(type, "host-" + type);
        Path file = folder.resolve("host-" + type);
        String before = Files.readString(file);
        try (var other = new RealServer(
                Path.of("/var/lib/sandjar-test/ssh-host-key"), "SANDJAR_SSH_PORT=0", "SANDJAR_SSH_HOST_KEY=" + file)) {
            Ran scanned = client.run(List.of("ssh-keyscan", "-p", Integer.toString(other.sshPort()), "127.0.0.1"));
            String key =
                    Files.readString(folder.resolve("host-" + type + ".pub")).split(" ")[1];
            assertThat(scanned.out()).contains(key);
        }
        assertThat(file).hasContent(before);
    }

    @Test
    void theServerPrintsTheFingerprintThatOpenSshShows() throws Exception {
        var ssh = List.of(
                "ssh", "-v", "-p", Integer.toString(server.sshPort()), "-o", "BatchMode=yes", id + "@127.0.0.1");
        Matcher shown = Pattern.compile("Server host key: \\S+ (SHA256:\\S+)")
                .matcher(client.run(ssh).err());
        assertThat(shown.find()).isTrue();
        assertThat(server.said()).contains(", host key " + shown.group(1) + "\n");
    }

    @Test
    void aFileThatIsNoHostKeyIsLeftAsItIsAndTheStartSaysSo() throws Exception {
        Path file = Files.writeString(folder.resolve("no-key"), "precious data");
        assertThatThrownBy(() ->
                        new RealServer(Path.of("/var/lib/sandjar-test/ssh-host-key"), "SANDJAR_SSH_HOST_KEY=" + file))
                .hasMessageContaining("the SSH host key cannot be read from " + file);
        assertThat(file).hasContent("precious data");
    }

    @Test
    void aPortThatIsTakenIsNamed() throws Exception {
        int taken = server.sshPort();
        assertThatThrownBy(() ->
                        new RealServer(Path.of("/var/lib/sandjar-test/ssh-host-key"), "SANDJAR_SSH_PORT=" + taken))
                .hasMessageContaining("no SSH at 127.0.0.1, port " + taken)
                .hasMessageContaining("sandjar.ssh.port");
    }

    @Test
    void aClientRefusesAServerWhoseHostKeyIsAnother() throws Exception {
        client.generate("ecdsa", "impostor");
        String line = Files.readString(folder.resolve("impostor.pub"));
        Path hosts = Files.writeString(folder.resolve("other-hosts"), "box " + line);
        Ran ran = client.run(client.ssh(id, List.of("-o", "UserKnownHostsFile=" + hosts), "echo in"));
        assertThat(ran.code()).isEqualTo(255);
        assertThat(ran.err()).contains("REMOTE HOST IDENTIFICATION HAS CHANGED");
        assertThat(ran.out()).isEmpty();
    }

    // ---- forwarding

    @Test
    void aPortOfTheSandboxIsReachedFromOutside() throws Exception {
        assertThat(client.ssh(
                                id,
                                "python3 -c 'import socket; s = socket.create_server((\"127.0.0.1\", 8000)); print(s, flush=True)\n"
                                        + "import os\nif os.fork(): os._exit(0)\nos.close(1); os.close(2)\nc, _ = s.accept()\n"
                                        + "c.sendall(c.recv(100)[::-1]); c.shutdown(1)' < /dev/null")
                        .code())
                .isZero();
        assertThat(client.run("olleh", client.ssh(id, List.of("-W", "localhost:8000")))
                        .out())
                .isEqualTo("hello");
    }

    @ParameterizedTest
    @ValueSource(strings = {"198.18.0.1:80", "example.org:80", "0.0.0.0:80", "169.254.169.254:80"})
    void whatIsNotInTheSandboxIsNotReached(String target) throws Exception {
        Ran ran = client.run(client.ssh(id, List.of("-o", "LogLevel=INFO", "-W", target)));
        assertThat(ran.code()).isEqualTo(255);
        assertThat(ran.err()).contains("administratively prohibited: only ports of the sandbox itself are forwarded");
    }

    @Test
    void aPortWhereNobodyListensIsRefusedInWords() throws Exception {
        Ran ran = client.run(client.ssh(id, List.of("-o", "LogLevel=INFO", "-W", "localhost:8001")));
        assertThat(ran.code()).isEqualTo(255);
        assertThat(ran.err()).contains("connect failed: nothing listens on that port of the sandbox");
    }

    @Test
    void programsInTheSandboxReachAPortOfTheClient() throws Exception {
        try (var outside = new ServerSocket(0, 4, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answer(outside));
            String python =
                    "import socket; s = socket.create_connection((\"127.0.0.1\", 9000)); s.sendall(b\"olleh\"); s.shutdown(1); "
                            + "print(s.makefile().read())";
            String twice = "python3 -c '" + python + "'; python3 -c '" + python + "'";
            var options = List.of("-o", "ExitOnForwardFailure=yes", "-R", "9000:127.0.0.1:" + outside.getLocalPort());
            assertThat(client.run(client.ssh(id, options, twice))).isEqualTo(new Ran(0, "hello\nhello\n", ""));
            assertThat(client.run(client.ssh(id, options, twice)).out()).isEqualTo("hello\nhello\n"); // it was let go
        }
    }

    private static void answer(ServerSocket outside) {
        try {
            while (true) {
                try (Socket socket = outside.accept()) {
                    String said = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                    socket.getOutputStream()
                            .write(new StringBuilder(said).reverse().toString().getBytes(StandardCharsets.UTF_8));
                }
            }
        } catch (IOException closed) {
            // at the end of the test
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0:9001:127.0.0.1:1", "198.18.0.1:9001:127.0.0.1:1"})
    void nothingButTheSandboxesOwnLoopbackIsListenedOn(String forward) throws Exception {
        Ran ran = client.run(client.ssh(id, List.of("-o", "ExitOnForwardFailure=yes", "-R", forward), "echo in"));
        assertThat(ran.code()).isEqualTo(255);
        assertThat(ran.out()).isEmpty();
    }
}
