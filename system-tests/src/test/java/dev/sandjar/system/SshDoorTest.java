package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.system.OpenSsh.Ran;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenSSH's own programs, and paramiko, in a sandbox. */
@Timeout(120)
class SshDoorTest {
    @TempDir
    static Path folder;

    private static RealServer server;
    private static OpenSsh client;
    private static String id;

    @BeforeAll
    static void start() throws Exception {
        server = new RealServer(Path.of("/var/lib/sandjar-test/ssh"));
        client = new OpenSsh(folder, server);
        client.generate("ed25519", "key");
        id = client.session("key");
    }

    @AfterAll
    static void stop() throws Exception {
        server.method("DELETE", "/sessions/" + id, "");
        server.close();
    }

    // ---- commands

    @Test
    void aCommandsOutputItsErrorsAndItsExitCodeComeApart() throws Exception {
        assertThat(client.ssh(id, "echo hello; echo trouble >&2; exit 7"))
                .isEqualTo(new Ran(7, "hello\n", "trouble\n"));
    }

    @Test
    void whatIsTypedReachesTheCommandAndItsEndToo() throws Exception {
        assertThat(client.run("line\n", client.ssh(id, List.of(), "cat; echo over")))
                .isEqualTo(new Ran(0, "line\nover\n", ""));
    }

    @Test
    void aTerminalIsOneAndHasTheSizeThatWasAskedFor() throws Exception {
        assertThat(client.run(client.ssh(id, List.of("-tt"), "test -t 0 && stty size")))
                .isEqualTo(new Ran(0, "24 80\r\n", ""));
    }

    @Test
    void aShellReadsCommandsOneAfterAnother() throws Exception {
        Ran ran = client.run("cd /tmp\npwd\nexit 3\n", client.ssh(id, List.of()));
        assertThat(ran.out()).contains("/tmp\n");
        assertThat(ran.code()).isEqualTo(3);
    }

    @Test
    void fiftyMegabytesOfOutputAreFiftyMegabytes() throws Exception {
        assertThat(client.ssh(id, "head -c 50000000 /dev/zero | tr '\\0' x").out())
                .hasSize(50_000_000);
    }

    @Test
    void everythingRunsInTheSandboxAsItsUser() throws Exception {
        assertThat(client.ssh(id, "id -u; pwd; cat /proc/1/comm").out()).isEqualTo("1000\n/workspace\nsandjar-agent\n");
    }

    @Test
    void theClientsEnvironmentComesAlong() throws Exception {
        assertThat(client.run(client.ssh(id, List.of("-o", "SetEnv=WORD=given"), "echo $WORD")))
                .isEqualTo(new Ran(0, "given\n", ""));
    }

    /** RFC 4254, 6.10: the client is told the signal, not an exit code that was none. */
    @Test
    void aCommandThatASignalEndsIsToldAsThat() throws Exception {
        Ran ran = client.run(client.ssh(id, List.of("-v", "-o", "LogLevel=DEBUG"), "kill -TERM $$"));
        assertThat(ran.code()).isEqualTo(255);
        assertThat(ran.err()).contains("rtype exit-signal").doesNotContain("rtype exit-status");
    }

    @Test
    void manyChannelsOfOneConnectionWorkAtOnce() throws Exception {
        String socket = folder.resolve("master").toString();
        Process master = new ProcessBuilder(client.ssh(id, List.of("-M", "-S", socket), "echo in; cat"))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(master.inputReader().readLine()).isEqualTo("in");
        var channels = List.of(1, 2, 3, 4, 5, 6, 7, 8).stream()
                .map(number -> started(client.ssh(id, List.of("-S", socket), "cat; echo " + number)))
                .toList();
        for (int at = 0; at < channels.size(); at++) { // all are open before the first one ends
            channels.get(at).getOutputStream().close();
            assertThat(channels.get(at).inputReader().readLine()).isEqualTo(Integer.toString(at + 1));
        }
        master.getOutputStream().close();
        assertThat(master.waitFor()).isZero();
    }

    private static Process started(List<String> command) {
        try {
            return new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aClientThatAsksWhetherWeAreThereIsAnswered() throws Exception {
        List<String> options = List.of("-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=1");
        assertThat(client.run(client.ssh(id, options, "sleep 3; echo here"))).isEqualTo(new Ran(0, "here\n", ""));
    }

    /** What runs on without its client would keep a sandbox busy for nobody. */
    @Test
    void aCommandWhoseClientIsGoneIsHungUp() throws Exception {
        Process ssh = started(client.ssh(
                id, List.of(), "trap 'echo gone > hung-up; exit' HUP; echo $$; while :; do sleep 0.1; done"));
        assertThat(ssh.inputReader().readLine()).isNotBlank();
        ssh.destroyForcibly().waitFor();
        assertThat(client.ssh(id, "timeout 20 sh -c 'until test -s hung-up; do sleep 0.1; done'; cat hung-up"))
                .isEqualTo(new Ran(0, "gone\n", ""));
    }

    // ---- files

    @Test
    void filesGoUpAndDownBySftpScpAndRsync() throws Exception {
        byte[] content = new byte[3_000_000];
        new Random(3).nextBytes(content);
        Files.write(folder.resolve("file"), content);
        Path batch = Files.writeString(folder.resolve("batch"), "put file\nrename file renamed\nget renamed by-sftp\n");
        assertThat(client.run(client.program("sftp", "key", id, "-b", batch.toString(), "sandbox@box"))
                        .code())
                .isZero();
        assertThat(client.run(client.program("scp", "key", id, "sandbox@box:renamed", "by-scp"))
                        .code())
                .isZero();
        assertThat(client.run(List.of("rsync", "-e", client.script(id), "sandbox@box:renamed", "by-rsync")))
                .isEqualTo(new Ran(0, "", ""));
        for (String name : List.of("by-sftp", "by-scp", "by-rsync")) {
            assertThat(folder.resolve(name)).hasBinaryContent(content);
        }
    }

    @Test
    void aTransferThatWasCutGoesOnWhereItWas() throws Exception {
        Files.writeString(folder.resolve("whole"), "0123456789");
        Files.writeString(folder.resolve("down"), "0123");
        Path batch = Files.writeString(folder.resolve("resume"), "reput whole half\nreget half down\n");
        assertThat(client.ssh(id, "printf 01234 > half").code()).isZero();
        assertThat(client.run(client.program("sftp", "key", id, "-b", batch.toString(), "sandbox@box"))
                        .code())
                .isZero();
        assertThat(client.ssh(id, "cat half").out()).isEqualTo("0123456789");
        assertThat(folder.resolve("down")).hasContent("0123456789");
    }

    @Test
    void sftpBeginsInTheWorkspaceAndItsPathsEndInTheSandbox() throws Exception {
        Path batch = Files.writeString(folder.resolve("out"), "pwd\nget ../../../../../../../proc/1/comm outside\n");
        assertThat(client.run(client.program("sftp", "key", id, "-b", batch.toString(), "sandbox@box"))
                        .out())
                .contains("Remote working directory: /workspace");
        assertThat(folder.resolve("outside")).hasContent("sandjar-agent\n");
    }

    @Test
    void gitClonesFromARepositoryInTheSandboxAndPushesToIt() throws Exception {
        assertThat(client.ssh(
                                id,
                                "rm -rf r && git init -q r && cd r && git config user.email a@b && git config user.name a"
                                        + " && echo kept > file && git add file && git commit -qm first && git checkout -qb other")
                        .code())
                .isZero();
        String clone = folder.resolve("clone").toString();
        assertThat(git("clone", "-q", "-b", "master", "sandbox@box:r", clone)).isEqualTo(new Ran(0, "", ""));
        assertThat(folder.resolve("clone/file")).hasContent("kept\n");
        assertThat(git(
                        "-C",
                        clone,
                        "-c",
                        "user.name=b",
                        "-c",
                        "user.email=b@c",
                        "commit",
                        "-q",
                        "--allow-empty",
                        "-m",
                        "second"))
                .isEqualTo(new Ran(0, "", ""));
        assertThat(git("-C", clone, "push", "-q")).isEqualTo(new Ran(0, "", ""));
        assertThat(client.ssh(id, "git -C r log --format=%s master").out()).isEqualTo("second\nfirst\n");
    }

    private static Ran git(String... words) throws Exception {
        var git = new ProcessBuilder("git");
        git.command().addAll(List.of(words));
        git.environment().put("GIT_SSH_COMMAND", client.script(id));
        return client.run("", git);
    }

    // ---- who may log in

    @ParameterizedTest
    @ValueSource(strings = {"ed25519", "ecdsa", "rsa"})
    void aKeyOfEachKindOpensItsOwnSandboxOnly(String type) throws Exception {
        client.generate(type, "of-" + type);
        String theirs = client.session("of-" + type);
        assertThat(client.run(client.program("ssh", "of-" + type, theirs, "sandbox@box", "echo in")))
                .isEqualTo(new Ran(0, "in\n", ""));
        Ran other = client.ssh(theirs, "echo in");
        assertThat(other.code()).isEqualTo(255);
        assertThat(other.err()).contains("Permission denied");
        server.method("DELETE", "/sessions/" + theirs, "");
    }

    @ParameterizedTest
    @CsvSource({RealServer.TOKEN + ", true", RealServer.OTHER_TOKEN + ", false", "sandbox, false"})
    void theOwnersTokenIsAPassword(String password, boolean right) throws Exception {
        Path ask = Files.writeString(folder.resolve("ask"), "#!/bin/sh\necho " + password + "\n");
        Files.setPosixFilePermissions(ask, PosixFilePermissions.fromString("rwx------"));
        var ssh = new ProcessBuilder(client.ssh(
                id, List.of("-o", "PreferredAuthentications=password", "-o", "NumberOfPasswordPrompts=1"), "echo in"));
        ssh.environment().put("SSH_ASKPASS", ask.toString());
        ssh.environment().put("SSH_ASKPASS_REQUIRE", "force");
        Ran ran = client.run("", ssh);
        assertThat(ran.code()).as(ran.err()).isEqualTo(right ? 0 : 255);
        assertThat(ran.out()).isEqualTo(right ? "in\n" : "");
    }

    // ---- the clients of the sessions API

    /** As their SDKs do it: what is under contract is how they use the library. */
    @Test
    void paramikoDoesWhatTheClientsOfTheSessionsApiDoWithIt() throws Exception {
        Path script = Files.writeString(folder.resolve("paramiko-client.py"), """
                import io, socket, sys, paramiko
                port, session, token, key = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
                def tunnel():
                    s = socket.create_connection(("127.0.0.1", port), timeout=10)
                    s.sendall((f"CONNECT /sessions/{session} HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nProxy-Authorization: Bearer {token}\\r\\n"
                               "Proxy-Connection: keep-alive\\r\\n\\r\\n").encode())
                    answer = b""
                    while b"\\r\\n\\r\\n" not in answer:
                        answer += s.recv(1024)
                    assert answer.startswith(b"HTTP/1.1 200"), answer
                    return s # what came after the empty line is thrown away
                def connect(**how):
                    client = paramiko.SSHClient()
                    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
                    client.connect(hostname=f"session-{session}", username="sandbox", sock=tunnel(), timeout=20, banner_timeout=20,
                                   auth_timeout=20, **how)
                    return client
                key = paramiko.RSAKey.from_private_key_file(key)
                for how in ({"pkey": key, "allow_agent": False, "look_for_keys": False}, {"password": token, "allow_agent": False, "look_for_keys": False},
                            {"pkey": key}): # the last one tries more keys than the right one
                    client = connect(**how)
                    stdin, stdout, stderr = client.exec_command("echo out; echo err >&2; exit 3", timeout=60)
                    print(stdout.read(), stderr.read(), stdout.channel.recv_exit_status())
                    stdin, stdout, stderr = client.exec_command("head -c 1000000 /dev/zero", bufsize=60)
                    code = stdout.channel.recv_exit_status() # before the output is read
                    print(code, len(stdout.read()))
                    sftp = client.open_sftp()
                    try:
                        sftp.stat("a folder")
                    except FileNotFoundError:
                        sftp.mkdir("a folder")
                    with sftp.file("a folder/written", "w") as file:
                        file.write("content")
                    sftp.putfo(io.BytesIO(b"x" * 100000), "demo.txt") # which compares the size afterwards
                    back = io.BytesIO()
                    sftp.getfo("demo.txt", back)
                    print(len(back.getvalue()), sorted(sftp.listdir("a folder")), sftp.normalize("."))
                    stdin, stdout, stderr = client.exec_command("tty", get_pty=True)
                    print(stdout.read().startswith(b"/dev/pts/"))
                    client.close()
                """);
        assertThat(client.run(List.of(
                                "ssh-keygen",
                                "-q",
                                "-t",
                                "rsa",
                                "-m",
                                "PEM",
                                "-N",
                                "",
                                "-f",
                                folder.resolve("pem").toString()))
                        .code())
                .isZero();
        String session = client.session("pem");
        Ran ran = client.run(List.of(
                "/usr/bin/python3",
                script.toString(),
                Integer.toString(server.address.getPort()),
                session,
                RealServer.TOKEN,
                folder.resolve("pem").toString()));
        String each = "b'out\\n' b'err\\n' 3\n0 1000000\n100000 ['written'] /workspace\nTrue\n";
        assertThat(ran.out()).as(ran.err()).isEqualTo(each.repeat(3));
        server.method("DELETE", "/sessions/" + session, "");
    }
}
