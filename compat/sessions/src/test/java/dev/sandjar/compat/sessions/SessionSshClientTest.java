package dev.sandjar.compat.sessions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.sshd.sftp.client.SftpClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands and files by SSH, at OpenSSH's own server. */
@Timeout(60)
class SessionSshClientTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    static Path folder;

    private static OtherSshServer server;
    private static SessionSshClient client;

    @BeforeAll
    static void start() throws Exception {
        server = new OtherSshServer(folder);
        client = server.guest().connect();
    }

    @AfterAll
    static void stop() throws Exception {
        client.close();
        server.close();
    }

    // ---- commands

    @Test
    void aCommandsOutputItsErrorsAndItsExitCodeComeApart() {
        SshResult result = client.run("echo h\u00e9llo; echo trouble >&2; exit 7", LIMIT);
        assertThat(result.stdout()).isEqualTo("h\u00e9llo\n");
        assertThat(result.stderr()).isEqualTo("trouble\n");
        assertThat(result.exitCode()).hasValue(7);
        assertThat(result.signal()).isEmpty();
    }

    @Test
    void aCommandThatWasKilledHasASignalAndNoExitCode() {
        SshResult result = client.run("kill -9 $$", LIMIT);
        assertThat(result.signal()).contains("KILL");
        assertThat(result.exitCode()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "head -c 8000000 /dev/zero >&2; head -c 8000000 /dev/zero",
                "head -c 8000000 /dev/zero; head -c 8000000 /dev/zero >&2"
            })
    void moreThanAWindowOfEitherOutputKeepsNothingWaiting(String command) {
        SshResult result = client.run(command, LIMIT);
        assertThat(result.stdout()).hasSize(8_000_000);
        assertThat(result.stderr()).hasSize(8_000_000);
    }

    @Test
    void inputGoesThroughACommandToItsOutput() {
        byte[] content = new byte[3_000_000];
        new Random(3).nextBytes(content);
        var out = new ByteArrayOutputStream();
        SshResult result =
                client.run("cat", new ByteArrayInputStream(content), out, OutputStream.nullOutputStream(), LIMIT);
        assertThat(out.toByteArray()).isEqualTo(content);
        assertThat(result.exitCode()).hasValue(0);
    }

    @Test
    void aCommandThatDoesNotEndInTimeIsToldWithWhatItWrote() {
        assertThatThrownBy(() -> client.run("echo begun; echo so >&2; exec sleep 60", Duration.ofSeconds(1)))
                .isInstanceOfSatisfying(SandboxOperationException.class, e -> {
                    assertThat(e).hasMessageStartingWith("the command did not end within PT1S");
                    assertThat(e.details()).containsEntry("stdout", "begun\n").containsEntry("stderr", "so\n");
                });
    }

    @Test
    void aSinkThatFailsEndsTheCommand() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("the disk is full");
            }
        };
        assertThatThrownBy(() -> client.run("yes", InputStream.nullInputStream(), full, full, LIMIT))
                .isInstanceOf(SandboxOperationException.class)
                .hasMessageContaining("the disk is full");
    }

    @Test
    void aReaderThatStopsStopsItsOwnCommandOnly() {
        try (SshCommand flood = client.start("yes")) {
            assertThat(flood.await(Duration.ofMillis(300))).isFalse(); // its window is full by now
            assertThat(client.run("echo free", LIMIT).stdout()).isEqualTo("free\n");
        }
    }

    // ---- terminals

    @Test
    void aCommandGetsATerminalOfTheSizeThatWasAskedFor() throws Exception {
        try (SshCommand command = client.start("test -t 0 && stty size; echo $TERM", new Terminal("vt100", 99, 33))) {
            assertThat(new String(command.stdout().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("33 99\r\nvt100\r\n");
            assertThat(command.await(LIMIT)).isTrue();
            assertThat(command.exitCode()).hasValue(0);
        }
    }

    @Test
    void aShellReadsWhatIsTypedAndHearsOfANewSize() throws Exception {
        try (SshCommand shell = client.shell(Terminal.DEFAULT)) {
            BufferedReader said = new BufferedReader(new InputStreamReader(shell.stdout(), StandardCharsets.UTF_8));
            type(shell, "echo si''ze $(stty size)\n");
            readUntil(said, "size 24 80");
            shell.resize(120, 50);
            type(shell, "echo si''ze $(stty size)\n");
            readUntil(said, "size 50 120");
            type(shell, "exit 3\n");
            readUntil(said, null);
            assertThat(shell.await(LIMIT)).isTrue();
            assertThat(shell.exitCode()).hasValue(3);
        }
    }

    private static void type(SshCommand shell, String text) throws IOException {
        shell.stdin().write(text.getBytes(StandardCharsets.UTF_8));
        shell.stdin().flush();
    }

    private static void readUntil(BufferedReader said, String wanted) throws IOException {
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            if (wanted != null && line.contains(wanted)) {
                return;
            }
        }
        assertThat(wanted).isNull();
    }

    // ---- files

    @Test
    void filesGoUpAndComeDownByRelativeNames() throws Exception {
        byte[] content = new byte[3_000_000];
        new Random(7).nextBytes(content);
        client.upload(Files.write(folder.resolve("local"), content), "demo.bin");
        assertThat(server.folder.resolve("home/demo.bin")).hasBinaryContent(content);
        client.download("demo.bin", folder.resolve("back"));
        assertThat(folder.resolve("back")).hasBinaryContent(content);
    }

    @Test
    void anUploadReplacesWhatIsThereAndMayBeEmpty() throws Exception {
        Files.writeString(server.folder.resolve("home/replaced"), "older and longer");
        client.upload(Files.writeString(folder.resolve("empty"), ""), "replaced");
        assertThat(server.folder.resolve("home/replaced")).isEmptyFile();
    }

    @Test
    void aDownloadOfWhatIsNotThereLeavesNothing() throws Exception {
        Path place = Files.createDirectories(folder.resolve("empty-folder"));
        assertThatThrownBy(() -> client.download("no-such", place.resolve("f")))
                .isInstanceOf(SandboxOperationException.class)
                .hasMessageStartingWith("download of no-such was refused");
        try (Stream<Path> all = Files.list(place)) {
            assertThat(all).isEmpty();
        }
    }

    @Test
    void sftpCanDoAllThatItCan() throws Exception {
        try (SftpClient sftp = client.openSftp()) {
            sftp.mkdir("made");
            sftp.rename("made", "renamed");
            assertThat(sftp.readDir("."))
                    .extracting(SftpClient.DirEntry::getFilename)
                    .contains("renamed");
        }
    }

    // ---- who may log in

    @ParameterizedTest
    @CsvSource({"ed25519,", "ecdsa,", "rsa,", "rsa, PEM", "ecdsa, PEM", "rsa, PKCS8"})
    void aKeyFileOfEachKindOpens(String type, String format) throws Exception {
        String name = "key-" + type + format;
        Path file = format == null ? server.generate(name, type) : server.generate(name, type, "-m", format);
        server.allow(Files.readString(server.folder.resolve(name + ".pub")));
        try (SessionSshClient other = server.to("s1").key(file).connect()) {
            assertThat(other.run("echo in", LIMIT).stdout()).isEqualTo("in\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Ed25519", "EC", "RSA"})
    void aKeyThatJavaMadeOpens(String algorithm) throws Exception {
        var pair = KeyPairGenerator.getInstance(algorithm).generateKeyPair();
        server.allow(SshKeys.publicKey(pair));
        try (SessionSshClient other = server.to("s1").key(pair).connect()) {
            assertThat(other.isOpen()).isTrue();
        }
    }

    @Test
    void aKeyWithAPassphraseNeedsIt() throws Exception {
        Path file = server.generate("locked", "ed25519", "-N", "open sesame");
        server.allow(Files.readString(server.folder.resolve("locked.pub")));
        assertThatThrownBy(() -> SshKeys.read(file)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SshKeys.read(file, "wrong"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs another passphrase");
        try (SessionSshClient other =
                server.to("s1").key(SshKeys.read(file, "open sesame")).connect()) {
            assertThat(other.isOpen()).isTrue();
        }
    }

    @Test
    void aWrongKeyIsUnauthorized() {
        assertThatThrownBy(() -> server.to("s1")
                        .key(SshKeys.generate())
                        .password("wrong")
                        .connect())
                .isInstanceOf(UnauthorizedException.class)
                .hasMessageContaining("accepts none of the given keys and passwords for user " + OtherSshServer.USER);
    }

    @Test
    void withoutKeyAndPasswordNothingIsConnected() {
        int before = server.connections.get();
        assertThatThrownBy(() -> server.to("s1").connect())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("neither a key nor a password");
        assertThat(server.connections).hasValue(before);
    }

    @Test
    void secretsAreInNoText() {
        assertThat(server.to("s1").password("pass-word").toString())
                .doesNotContain("pass-word", OtherServer.TOKEN)
                .contains("s1");
    }

    // ---- a lost connection

    @Test
    void aCommandWhoseConnectionIsCutHasNoEnding(@TempDir Path other) throws Exception {
        try (var cuttable = new OtherSshServer(other);
                SessionSshClient lost = cuttable.guest().connect()) {
            var begun = new CountDownLatch(1);
            OutputStream out = new OutputStream() {
                @Override
                public void write(int b) {
                    begun.countDown();
                }
            };
            var result = CompletableFuture.supplyAsync(
                    () -> lost.run("echo begun; exec sleep 60", InputStream.nullInputStream(), out, out, LIMIT));
            assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
            cuttable.cut();
            assertThatThrownBy(() -> result.get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(SandboxConnectionException.class)
                    .hasMessageContaining("is not known");
            assertThatThrownBy(() -> lost.run("true", LIMIT)).isInstanceOf(SandboxConnectionException.class);
            assertThat(lost.isOpen()).isFalse();
        }
    }

    @Test
    void aServerThatIsSilentToKeepAlivesIsLost(@TempDir Path other) throws Exception {
        try (var freezable = new OtherSshServer(other);
                SessionSshClient lost =
                        freezable.guest().keepAlive(Duration.ofMillis(200)).connect()) {
            freezable.freeze();
            assertThatThrownBy(() -> lost.run("true", LIMIT)).isInstanceOf(SandboxConnectionException.class);
        }
    }

    @Test
    void closingTheClientEndsWhatRuns() throws Exception {
        SessionSshClient closing = server.guest().connect();
        try (SshCommand command = closing.start("echo ready; exec sleep 60")) {
            command.stdout().readNBytes(6);
            closing.close();
            assertThatThrownBy(() -> command.await(LIMIT)).isInstanceOf(SandboxConnectionException.class);
        }
    }

    @Test
    void anInterruptionEndsTheWaitingForACommand() throws Exception {
        var begun = new CountDownLatch(1);
        OutputStream out = new OutputStream() {
            @Override
            public void write(int b) {
                begun.countDown();
            }
        };
        var failure = new CompletableFuture<Throwable>();
        Thread waiting = Thread.ofVirtual().start(() -> {
            try {
                client.run("echo begun; exec sleep 60", InputStream.nullInputStream(), out, out, LIMIT);
            } catch (SandboxApiException e) {
                failure.complete(Thread.currentThread().isInterrupted() ? e : new AssertionError("flag lost", e));
            }
        });
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        waiting.interrupt();
        assertThat(failure.get(20, TimeUnit.SECONDS))
                .isInstanceOf(SandboxConnectionException.class)
                .hasMessage("interrupted while waiting for a command");
    }
}
