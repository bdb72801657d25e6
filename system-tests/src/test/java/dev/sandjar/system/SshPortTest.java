package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The port that speaks nothing but SSH, ports that are forwarded, and what hostile clients do to either. */
@Timeout(120)
class SshPortTest {
    private static final Pattern PORT = Pattern.compile("SSH: ssh SANDBOX_ID@\\S+ -p (\\d+)");
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

    private static int port(RealServer of) {
        Matcher said = PORT.matcher(of.said());
        assertThat(said.find()).isTrue();
        return Integer.parseInt(said.group(1));
    }

    private static List<String> direct(String user, String... words) {
        var command = new ArrayList<>(List.of(
                "ssh",
                "-p",
                Integer.toString(port(server)),
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
                    Integer.toString(port(server)),
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

    // ---- the command line

    @Test
    void theCommandLineOpensAShellAndKeepsTheHostKey() throws Exception {
        Ran ran = client.run(
                "", sandjar("ssh", id.substring(0, 8), "--", "-o", "LogLevel=ERROR", "echo in; cat; exit 3"));
        assertThat(ran).isEqualTo(new Ran(3, "in\n", ""));
        assertThat(Files.readString(folder.resolve("config/sandjar/known_hosts")))
                .startsWith(id + " ecdsa-sha2-nistp256 ");
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
                "ProxyCommand=" + program() + " tunnel %h",
                "sandbox@" + id + ":/proc/1/comm",
                "by-tunnel");
        scp.environment().putAll(environment());
        assertThat(client.run("", scp)).isEqualTo(new Ran(0, "", ""));
        assertThat(folder.resolve("by-tunnel")).hasContent("sandjar-agent\n");
    }

    @Test
    void withoutAServerTheCommandLineSaysWhatToDo() throws Exception {
        var ssh = sandjar("ssh", "--place", "local:?home=/var/lib/sandjar-test/ssh-local", id);
        Ran ran = client.run("", ssh);
        assertThat(ran.code()).isEqualTo(125);
        assertThat(ran.err()).contains("no sandbox");
    }

    private static ProcessBuilder sandjar(String... words) throws IOException {
        var command = new ArrayList<>(List.of(program()));
        command.addAll(List.of(words));
        var builder = new ProcessBuilder(command);
        builder.environment().putAll(environment());
        return builder;
    }

    /** As the launcher does it, from the classes of this build. */
    private static String program() throws IOException {
        Path program = folder.resolve("sandjar");
        Files.writeString(
                program, """
                #!/bin/sh
                exec '%s/bin/java' -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED -Dsandjar.program="$0" -cp '%s' dev.sandjar.cli.Sandjar "$@"
                """.formatted(System.getProperty("java.home"), System.getProperty("java.class.path")));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        return program.toString();
    }

    private static Map<String, String> environment() {
        return Map.of(
                "SANDBOX_API_URL", server.address.toString(),
                "SANDBOX_API_TOKEN", RealServer.TOKEN,
                "XDG_CONFIG_HOME", folder.resolve("config").toString());
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

    // ---- hostile clients

    @Test
    void aThousandConnectionsThatNeverLogInHarmNobody() throws Exception {
        var silent = new ArrayList<Socket>();
        try {
            for (int count = 0; count < 1_000; count++) {
                silent.add(new Socket("127.0.0.1", port(server)));
            }
            long open = silent.stream().filter(SshPortTest::isServed).count();
            assertThat(open).isBetween(1L, 512L);
            assertThat(client.ssh(id, "echo in"))
                    .isEqualTo(new Ran(0, "in\n", "")); // by a tunnel, whose owner is another one's share
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    private static boolean isServed(Socket socket) {
        try {
            socket.setSoTimeout(5_000);
            return socket.getInputStream().read() == 'S';
        } catch (IOException refused) {
            return false;
        }
    }

    /** It takes no byte any more, and has said before that we may send two gigabytes. */
    @Test
    void aClientThatNeverReadsHoldsUpNobodyElse() throws Exception {
        Path script = Files.writeString(folder.resolve("never-reads.py"), """
                import os, signal, sys, paramiko
                transport = paramiko.Transport(("127.0.0.1", int(sys.argv[1])))
                transport.start_client()
                transport.auth_publickey(sys.argv[2], paramiko.Ed25519Key.from_private_key_file(sys.argv[3]))
                channel = transport.open_session(window_size=2**31 - 1)
                channel.exec_command("cat /dev/zero")
                print("started", flush=True)
                os.kill(os.getpid(), signal.SIGSTOP)
                """);
        var deaf = new ArrayList<Process>();
        try {
            for (int count = 0; count < 4; count++) {
                Process process = new ProcessBuilder(
                                "/usr/bin/python3",
                                script.toString(),
                                Integer.toString(port(server)),
                                id,
                                folder.resolve("key").toString())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
                deaf.add(process);
                assertThat(process.inputReader().readLine()).isEqualTo("started");
            }
            for (int count = 0; count < 3; count++) { // which takes far longer than filling the server's memory would
                assertThat(client.ssh(id, "head -c 20000000 /dev/zero | wc -c"))
                        .isEqualTo(new Ran(0, "20000000\n", ""));
            }
        } finally {
            deaf.forEach(Process::destroyForcibly);
        }
    }

    @Test
    void signaturesBySha1AreNotTaken() throws Exception {
        client.generate("rsa", "rsa");
        String session = client.session("rsa");
        for (String algorithm : List.of("rsa-sha2-512", "ssh-rsa")) {
            var ssh =
                    client.program("ssh", "rsa", session, "-o", "PasswordAuthentication=no", "sandbox@box", "echo in");
            ssh.addAll(1, List.of("-o", "PubkeyAcceptedAlgorithms=" + algorithm));
            assertThat(client.run(ssh).out()).isEqualTo(algorithm.equals("ssh-rsa") ? "" : "in\n");
        }
        server.method("DELETE", "/sessions/" + session, "");
    }

    @Test
    void variablesWithoutEndAreRefused() throws Exception {
        Path script = Files.writeString(folder.resolve("variables.py"), """
                import sys, paramiko
                transport = paramiko.Transport(("127.0.0.1", int(sys.argv[1])))
                transport.start_client()
                transport.auth_publickey(sys.argv[2], paramiko.Ed25519Key.from_private_key_file(sys.argv[3]))
                channel = transport.open_session()
                for number in range(1000):
                    channel.set_environment_variable(f"N{number}", "x" * 1000) # without waiting for the answer
                channel.exec_command("env | grep -c ^N")
                print(0 < int(channel.makefile().read()) < 100)
                """);
        Ran ran = client.run(List.of(
                "/usr/bin/python3",
                script.toString(),
                Integer.toString(port(server)),
                id,
                folder.resolve("key").toString()));
        assertThat(ran.out()).as(ran.err()).isEqualTo("True\n");
    }

    @Test
    void channelsThatWereRefusedTakeNobodysPlace() throws Exception {
        assertThat(paramiko("refused", """
                for number in range(300):
                    try:
                        transport.open_channel("direct-tcpip", ("example.org", 80), ("127.0.0.1", 1))
                    except paramiko.ChannelException as e:
                        assert e.code == 1, e
                channel = transport.open_session()
                channel.exec_command("echo in")
                print(channel.makefile().read())
                """)).isEqualTo("b'in\\n'\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ssh-connection", "ssh-userauth"})
    void aServiceThatHasBegunIsNotBegunAnew(String service) throws Exception {
        assertThat(paramiko("again", """
                message = paramiko.Message()
                message.add_byte(bytes([5])) # SERVICE_REQUEST
                message.add_string("SERVICE")
                transport._send_message(message)
                transport.join(20)
                print(transport.is_active())
                """.replace("SERVICE\"", service + "\""))).isEqualTo("False\n");
    }

    /** Whatever it does, it is one channel's. */
    @Test
    void aProgramThatEndsInTheMiddleEndsItsOwnChannelOnly() throws Exception {
        assertThat(client.ssh(
                                id,
                                "python3 -c 'import socket; s = socket.create_server((\"127.0.0.1\", 8003))\n"
                                        + "import os\nif os.fork(): os._exit(0)\nos.close(1); os.close(2)\n"
                                        + "while True:\n c, _ = s.accept(); c.recv(1); c.close()' < /dev/null")
                        .code())
                .isZero();
        assertThat(paramiko("middle", """
                for round in range(10):
                    channel = transport.open_channel("direct-tcpip", ("localhost", 8003), ("127.0.0.1", 1))
                    try:
                        channel.sendall(b"x" * 5_000_000)
                    except OSError:
                        pass # it was closed
                channel = transport.open_session()
                channel.exec_command("echo in")
                print(channel.makefile().read())
                """)).isEqualTo("b'in\\n'\n");
    }

    /** What a script prints that has logged in at the port. */
    private static String paramiko(String name, String script) throws Exception {
        Path file = Files.writeString(folder.resolve(name + ".py"), """
                import sys, paramiko
                transport = paramiko.Transport(("127.0.0.1", int(sys.argv[1])))
                transport.start_client()
                transport.auth_publickey(sys.argv[2], paramiko.Ed25519Key.from_private_key_file(sys.argv[3]))
                """ + script);
        Ran ran = client.run(List.of(
                "/usr/bin/python3",
                file.toString(),
                Integer.toString(port(server)),
                id,
                folder.resolve("key").toString()));
        assertThat(ran.code()).as(ran.err()).isZero();
        return ran.out();
    }

    @Test
    void channelsWithoutEndAreRefusedAndTheOthersGoOn() throws Exception {
        Path script = Files.writeString(folder.resolve("channels.py"), """
                import sys, paramiko
                transport = paramiko.Transport(("127.0.0.1", int(sys.argv[1])))
                transport.start_client()
                transport.auth_publickey(sys.argv[2], paramiko.Ed25519Key.from_private_key_file(sys.argv[3]))
                channels = []
                try:
                    while len(channels) < 1000:
                        channels.append(transport.open_session())
                except paramiko.SSHException as e:
                    print("refused", 10 < len(channels) < 1000)
                channels.pop().close()
                channel = channels.pop()
                channel.exec_command("echo in")
                print(channel.makefile().read())
                """);
        Ran ran = client.run(List.of(
                "/usr/bin/python3",
                script.toString(),
                Integer.toString(port(server)),
                id,
                folder.resolve("key").toString()));
        assertThat(ran.out()).as(ran.err()).isEqualTo("refused True\nb'in\\n'\n\n".replace("\n\n", "\n"));
    }
}
