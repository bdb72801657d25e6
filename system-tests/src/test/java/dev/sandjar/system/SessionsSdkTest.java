package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.compat.sessions.CodeLanguage;
import dev.sandjar.compat.sessions.HttpConnectTunnel;
import dev.sandjar.compat.sessions.RunResult;
import dev.sandjar.compat.sessions.SandboxOperationException;
import dev.sandjar.compat.sessions.Session;
import dev.sandjar.compat.sessions.SessionFile;
import dev.sandjar.compat.sessions.SessionNotFoundException;
import dev.sandjar.compat.sessions.SessionSpec;
import dev.sandjar.compat.sessions.SessionSshClient;
import dev.sandjar.compat.sessions.SessionStatus;
import dev.sandjar.compat.sessions.SessionsClient;
import dev.sandjar.compat.sessions.SshCommand;
import dev.sandjar.compat.sessions.SshKeys;
import dev.sandjar.compat.sessions.SshResult;
import dev.sandjar.compat.sessions.Terminal;
import dev.sandjar.compat.sessions.UnauthorizedException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The sessions SDK for Java at our own server. */
@Timeout(120)
class SessionsSdkTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    static Path folder;

    private static RealServer server;
    private static SessionsClient client;
    private static KeyPair key;
    private static String id;

    @BeforeAll
    static void start() throws Exception {
        server = new RealServer(Path.of("/var/lib/sandjar-test/sdk"), "-Dsandjar.limits.upload=5000000");
        client = client(RealServer.TOKEN).build();
        key = SshKeys.generate();
        id = client.createSession(SessionSpec.builder()
                        .sshPublicKey(SshKeys.publicKey(key))
                        .build())
                .sessionId();
    }

    @AfterAll
    static void stop() throws Exception {
        client.deleteSession(id);
        client.close();
        server.close();
    }

    private static SessionsClient.Builder client(String token) {
        return SessionsClient.builder().apiUrl(server.address + "/v1").token(token);
    }

    // ---- sessions

    @ParameterizedTest
    @ValueSource(strings = {"/sessions", "/sandboxes"})
    void aSessionLivesItsWholeLife(String path) {
        try (var both = client(RealServer.TOKEN).sessionsPath(path).build()) {
            Session made = both.createSession(SessionSpec.builder()
                    .ttl(60)
                    .metadata(Map.of("n", 1, "s", "x"))
                    .build());
            String name = made.sessionId();
            assertThat(made.status()).isEqualTo(SessionStatus.RUNNING);
            assertThat(made.metadata()).isEqualTo(Map.of("n", 1, "s", "x"));
            assertThat(Duration.between(made.createdAt(), made.expiresAt())).isEqualTo(Duration.ofMinutes(1));
            assertThat(both.listSessions(100, 0).sessions())
                    .extracting(Session::sessionId)
                    .contains(name);
            assertThat(both.pauseSession(name).status()).isEqualTo(SessionStatus.PAUSED);
            assertThat(both.resumeSession(name).status()).isEqualTo(SessionStatus.RUNNING);
            assertThat(both.extendSession(name, Duration.ofHours(1)).expiresAt())
                    .isAfter(Instant.now().plusSeconds(3_500));
            both.deleteSession(name);
            assertThatThrownBy(() -> both.getSession(name)).isInstanceOf(SessionNotFoundException.class);
        }
    }

    @Test
    void theSameKeyIsTheSameSession() {
        SessionSpec spec = SessionSpec.builder().idempotencyKey("sdk-1").build();
        Session first = client.createSession(spec);
        assertThat(client.createSession(spec).sessionId()).isEqualTo(first.sessionId());
        client.deleteSession(first.sessionId());
    }

    @Test
    void whoIsNotKnownIsUnauthorizedAndOthersSeeNothing() {
        try (var nobody = client("wrong").build();
                var bob = client(RealServer.OTHER_TOKEN).build()) {
            assertThatThrownBy(nobody::listSessions).isInstanceOf(UnauthorizedException.class);
            assertThatThrownBy(() -> bob.getSession(id))
                    .isInstanceOfSatisfying(
                            SessionNotFoundException.class,
                            e -> assertThat(e.errorCode()).contains("SESSION_NOT_FOUND"));
            assertThatThrownBy(() -> bob.getSession("non-existent-id")).isInstanceOf(SessionNotFoundException.class);
        }
    }

    @Test
    void whoAsksTooOftenGetsItsAnswerLater() throws Exception {
        try (var strict = new RealServer(Path.of("/var/lib/sandjar-test/sdk-limits"), "-Dsandjar.limits.requests=60");
                var hasty = new SessionsClient(strict.address + "/v1", RealServer.TOKEN)) {
            for (int i = 0; i < 61; i++) {
                assertThat(hasty.listSessions().total()).isZero();
            }
        }
    }

    // ---- runs

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        python     | import sys; print(6 * 7); sys.exit(3)   | 42 | 3
        javascript | console.log(6 * 7)                      | 42 | 0
        bash       | echo $((6 * 7)); exit 1                 | 42 | 1
        """)
    void codeOfEachLanguageRuns(String language, String code, String stdout, int exitCode) {
        RunResult result = client.runCode(id, code, CodeLanguage.of(language), LIMIT);
        assertThat(result.stdout().strip()).as(result.stderr()).isEqualTo(stdout);
        assertThat(result.exitCode()).hasValue(exitCode);
    }

    @Test
    void aCommandHasItsEnvironment() {
        RunResult result = client.runCommand(id, "echo $A; echo no >&2", LIMIT, Map.of("A", "b c"));
        assertThat(result.stdout()).isEqualTo("b c\n");
        assertThat(result.stderr()).isEqualTo("no\n");
        assertThat(result.status()).isEqualTo(RunResult.Status.COMPLETED);
    }

    @Test
    void aRunThatTakesTooLongSaysSo() {
        RunResult result = client.runCode(id, "sleep 30", CodeLanguage.BASH, Duration.ofSeconds(1));
        assertThat(result.status()).isEqualTo(RunResult.Status.TIMEOUT);
        assertThat(result.exitCode()).isEmpty();
    }

    // ---- files

    @Test
    void aFileGoesUpIsListedComesDownAndGoes() throws Exception {
        byte[] content = new byte[3_000_000];
        new Random(5).nextBytes(content);
        Path local = Files.write(folder.resolve("up"), content);
        SessionFile file = client.uploadFile(id, local, "dir/a b.bin", false);
        assertThat(file.path()).isEqualTo("dir/a b.bin");
        assertThat(file.checksum().orElseThrow()).hasSize(32);
        try (Stream<SessionFile> files = client.listFiles(id, "dir")) {
            assertThat(files.map(SessionFile::size)).containsExactly(3_000_000L);
        }
        client.downloadFile(id, "dir/a b.bin", folder.resolve("down"));
        assertThat(folder.resolve("down")).hasBinaryContent(content);
        client.deleteFile(id, "dir/a b.bin");
        assertThatThrownBy(() -> client.openFile(id, "dir/a b.bin")).isInstanceOf(SessionNotFoundException.class);
    }

    @ParameterizedTest
    @CsvSource({"4000000, 409", "6000000, 413"})
    void anUploadThatIsRefusedWhileItIsSentSaysWhy(int size, int status) throws Exception {
        Path local = Files.write(folder.resolve("large"), new byte[size]);
        client.uploadFile(id, Files.write(folder.resolve("small"), new byte[1]), "there", true);
        assertThatThrownBy(() -> client.uploadFile(id, local, "there", false))
                .isInstanceOfSatisfying(
                        SandboxOperationException.class,
                        e -> assertThat(e.statusCode()).hasValue(status));
    }

    // ---- SSH

    @Test
    void theTokenIsAPassword() {
        try (SessionSshClient ssh = client.ssh(id).password(RealServer.TOKEN).connect()) {
            assertThat(ssh.run("id -un", LIMIT).stdout()).isEqualTo("sandbox\n");
        }
    }

    @Test
    void noOtherPasswordOpens() {
        assertThatThrownBy(() -> client.ssh(id).password("sandbox").connect())
                .isInstanceOf(UnauthorizedException.class);
    }

    @Test
    void commandsAndFilesGoByOneConnection() throws Exception {
        byte[] content = new byte[2_000_000];
        new Random(6).nextBytes(content);
        try (SessionSshClient ssh = client.ssh(id).key(key).connect()) {
            ssh.upload(Files.write(folder.resolve("by-ssh"), content), "by-ssh");
            ssh.download("by-ssh", folder.resolve("back"));
            assertThat(folder.resolve("back")).hasBinaryContent(content);
            SshResult result = ssh.run("pwd; stat -c %s by-ssh; echo trouble >&2; exit 7", LIMIT);
            assertThat(result.stdout()).isEqualTo("/workspace\n2000000\n");
            assertThat(result.stderr()).isEqualTo("trouble\n");
            assertThat(result.exitCode()).hasValue(7);
        }
    }

    @Test
    void manyCommandsGoByOneConnectionAtOnce() {
        try (SessionSshClient ssh = client.ssh(id).key(key).connect()) {
            List<String> all = Stream.iterate(0, i -> i < 10, i -> i + 1)
                    .parallel()
                    .map(i -> ssh.run("head -c 300000 /dev/zero | tr '\\0' " + i + " | wc -c; echo " + i, LIMIT)
                            .stdout())
                    .toList();
            assertThat(all)
                    .isEqualTo(Stream.iterate(0, i -> i < 10, i -> i + 1)
                            .map(i -> "300000\n" + i + "\n")
                            .toList());
        }
    }

    @Test
    void aSignalReachesACommand() throws Exception {
        try (SessionSshClient ssh = client.ssh(id).key(key).connect();
                SshCommand command = ssh.start("echo ready; exec sleep 60")) {
            command.stdout().readNBytes(6);
            command.signal("TERM");
            assertThat(command.await(LIMIT)).isTrue();
            assertThat(command.killedBy()).hasValue("TERM");
        }
    }

    @Test
    void aTerminalHasItsSize() throws Exception {
        try (SessionSshClient ssh = client.ssh(id).key(key).connect();
                SshCommand command = ssh.start("stty size", new Terminal("xterm", 99, 33))) {
            assertThat(new String(command.stdout().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("33 99\r\n");
        }
    }

    @ParameterizedTest
    @CsvSource({"sandboxes/{sessionId}/tunnel, Authorization", "v1/sessions/{sessionId}, Authorization"})
    void everyPathOfATunnelLeadsIn(String path, String header) throws Exception {
        try (HttpConnectTunnel tunnel = client.tunnel(id)
                .connectPath("/" + path)
                .header(header, "Bearer " + RealServer.TOKEN)
                .open()) {
            tunnel.output().write("SSH-2.0-test\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(tunnel.input().readNBytes(8), StandardCharsets.US_ASCII))
                    .isEqualTo("SSH-2.0-");
        }
    }

    @Test
    void aTunnelIsRefusedAsARequestIs() {
        try (var nobody = client("wrong").build();
                var bob = client(RealServer.OTHER_TOKEN).build()) {
            assertThatThrownBy(() -> nobody.tunnel(id).open()).isInstanceOf(UnauthorizedException.class);
            assertThatThrownBy(() -> bob.tunnel(id).open()).isInstanceOf(SessionNotFoundException.class);
        }
    }

    @Test
    void aPausedSessionHasNoTunnel() {
        String paused = client.createSession().sessionId();
        client.pauseSession(paused);
        assertThatThrownBy(() -> client.tunnel(paused).open())
                .isInstanceOfSatisfying(SandboxOperationException.class, e -> {
                    assertThat(e.statusCode()).hasValue(503);
                    assertThat(e).hasMessage("the sandbox is paused");
                });
        client.deleteSession(paused);
    }

    // ---- the example

    @ParameterizedTest
    @ValueSource(strings = {"README", "SSH"})
    void theReadmeShowsTheExample(String mark) throws Exception {
        Path source = Path.of("../compat/sessions/src/test/java/dev/sandjar/compat/sessions/example/Example.java");
        String region = Files.readString(source)
                .split(" *// " + mark + "\n")[1]
                .stripTrailing()
                .stripIndent();
        assertThat(Files.readString(Path.of("../compat/sessions/README.md"))).contains("```java\n" + region + "\n```");
    }

    @Test
    void theExamplePrintsWhatTheReadmeSays() throws Exception {
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        Path.of("../compat/sessions/target/test-classes").toAbsolutePath() + ":"
                                + System.getProperty("java.class.path"),
                        "dev.sandjar.compat.sessions.example.Example")
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("SANDBOX_API_URL", server.address + "/v1");
        builder.environment().put("SANDBOX_API_TOKEN", RealServer.TOKEN);
        Process example = builder.start();
        String said = new String(example.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(example.waitFor()).isZero();
        assertThat(Files.readString(Path.of("../compat/sessions/README.md"))).contains("```\n" + said + "```");
    }
}
