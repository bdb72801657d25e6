package dev.sandjar.compat.kmetis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.compat.kmetis.error.FileTransferException;
import dev.sandjar.compat.kmetis.error.SandboxCreationException;
import dev.sandjar.compat.kmetis.error.SshConnectionException;
import dev.sandjar.testing.Waiting;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What kmetis promised and did not do, point by point, on a real cluster. Its sixteenth, that it has no tests, is closed by there being these. */
@Tag("cluster")
class GapsTest {
    private static TestNamespace namespace;
    private static TestKeys keys;
    private static TestKeys rsa;
    private static TestKeys ecdsa;
    private static String key;
    private static K8sSandbox sandboxes;
    private static SandboxHandle one;
    private static SandboxHandle other;

    @BeforeAll
    static void makeTwoAtOnce() throws Exception {
        namespace = new TestNamespace();
        keys = TestKeys.make("ssh-ed25519");
        rsa = TestKeys.make("ssh-rsa");
        ecdsa = TestKeys.make("ecdsa-sha2-nistp256");
        key = keys.openSsh();
        sandboxes = namespace.sandboxes().open();
        var request = SandboxRequest.of(String.join("\n", keys.publicLine(), rsa.publicLine(), ecdsa.publicLine()));
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<SandboxHandle> first = tasks.submit(() -> sandboxes.create(request));
            Future<SandboxHandle> second = tasks.submit(() -> sandboxes.create(request));
            one = first.get();
            other = second.get();
        }
    }

    @AfterAll
    static void removeAll() {
        sandboxes.close();
        namespace.close();
    }

    private static String said(K8sSandbox by, SandboxHandle where, String command) throws InterruptedException {
        return by.execute(where.sandboxId(), key, command).stdout().strip();
    }

    @Test
    void gap1OnlyWhoHasThePublicKeysOtherHalfGetsIn() throws Exception {
        String stranger = TestKeys.make("ssh-ed25519").openSsh();

        assertThat(said(sandboxes, one, "echo in")).isEqualTo("in");
        assertThatThrownBy(() -> sandboxes.execute(one.sandboxId(), stranger, "echo in"))
                .isInstanceOf(SshConnectionException.class)
                .hasMessageContaining("is not accepted");
    }

    @Test
    void gap2And12TheConfigurationSaysNamespaceUserAndPort(@TempDir Path folder) throws Exception {
        Files.writeString(
                folder.resolve(".env"), "SSH_USERNAME=worker\nSSH_PORT=2022\n# mine\nK8S_NAMESPACE=elsewhere\n");
        var configuration = Configuration.read(folder, Map.of("K8S_NAMESPACE", namespace.name));

        try (var workers = namespace.sandboxes(configuration).runAs(1000).open()) {
            SandboxHandle made = workers.create(keys.publicLine());

            assertThat(namespace.pods()).contains(made.sandboxId());
            assertThat(made.port()).isEqualTo(2022);
            assertThat(said(workers, made, "id -un; pwd; echo $SSH_CONNECTION"))
                    .startsWith("worker\n/home/worker\n")
                    .endsWith(" 2022");
        }
    }

    static Stream<Arguments> keysAsUsersHaveThem() throws Exception {
        return Stream.of(
                Arguments.of("RSA, PKCS 1", rsa.pkcs1()),
                Arguments.of("RSA, PKCS 8", rsa.pkcs8()),
                Arguments.of("RSA, OpenSSH", rsa.openSsh()),
                Arguments.of("ECDSA, PKCS 8", ecdsa.pkcs8()),
                Arguments.of("ECDSA, OpenSSH", ecdsa.openSsh()),
                Arguments.of("Ed25519, PKCS 8", keys.pkcs8()),
                Arguments.of("Ed25519, OpenSSH", keys.openSsh()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keysAsUsersHaveThem")
    void gap3And4AKeyOfEachKindDoesAsText(String kind, String text) throws Exception {
        assertThat(sandboxes.execute(one.sandboxId(), text, "exit 7").returnCode())
                .as(kind)
                .isEqualTo(7);
    }

    @Test
    void gap3AKeyDoesAsAPath(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("id_ecdsa"), ecdsa.openSsh());

        assertThat(sandboxes
                        .execute(one.sandboxId(), file.toString(), "echo in")
                        .stdout())
                .isEqualTo("in\n");
    }

    @Test
    void gap5TwoSandboxesBehindOneAddressAreNotMixedUp() throws Exception {
        try (var forwarded = namespace.sandboxes().throughPortForward().open()) {
            assertThat(said(forwarded, one, "hostname")).isEqualTo(one.sandboxId());
            assertThat(said(forwarded, other, "hostname")).isEqualTo(other.sandboxId());
            assertThat(said(forwarded, one, "hostname; echo $SSH_CONNECTION"))
                    .startsWith(one.sandboxId())
                    .contains("127.0.0.1");
        }
    }

    @Test
    void gap6AnUploadEndsWhenItsTimeIsUp(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "x");
        said(sandboxes, one, "mkfifo /tmp/nobody-reads");

        assertThatThrownBy(
                        () -> sandboxes.upload(one.sandboxId(), key, file, "/tmp/nobody-reads", Duration.ofMillis(300)))
                .isInstanceOf(FileTransferException.class)
                .hasMessageEndingWith("did not end within 0.3 seconds (its timeout)");
    }

    @Test
    void gap6ADownloadEndsWhenItsTimeIsUp(@TempDir Path folder) throws Exception {
        said(sandboxes, one, "mkfifo /tmp/nobody-writes");

        assertThatThrownBy(() -> sandboxes.download(
                        one.sandboxId(), key, "/tmp/nobody-writes", folder.resolve("file"), Duration.ofMillis(300)))
                .isInstanceOf(FileTransferException.class)
                .hasMessageEndingWith("did not end within 0.3 seconds (its timeout)");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void gap7IdsOfTheSameSecondDiffer() {
        assertThat(one.sandboxId()).matches("sandbox-\\d{10}-[a-z0-9]{8}").isNotEqualTo(other.sandboxId());
    }

    @Test
    void gap8ACreateThatFailsLeavesNothing() {
        var request = SandboxRequest.of(keys.publicLine())
                .withImage("sandjar.invalid/none:1")
                .withNamePrefix("failed");

        assertThatThrownBy(() -> sandboxes.create(request))
                .isInstanceOf(SandboxCreationException.class)
                .hasMessageContaining("container sandbox of image sandjar.invalid/none:1: ErrImagePull");
        assertNothingIsLeftOf("failed");
    }

    @Test
    void gap8ACreateThatIsInterruptedLeavesNothing() throws Exception {
        try (var nowhere = namespace.sandboxes().pod(GapsTest::forNoNode).open();
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var request = SandboxRequest.of(keys.publicLine()).withNamePrefix("interrupted");
            Future<?> creation = tasks.submit(
                    () -> assertThatThrownBy(() -> nowhere.create(request)).isInstanceOf(InterruptedException.class));
            Waiting.until("pod and secret are there", () -> has(namespace.secrets(), "interrupted"));
            creation.cancel(true);
        } // waits until it has ended
        assertNothingIsLeftOf("interrupted");
    }

    private static Pod forNoNode(Pod pod) {
        return new PodBuilder(pod)
                .editSpec()
                .addToNodeSelector("sandjar.dev/no-such", "node")
                .endSpec()
                .build();
    }

    private static void assertNothingIsLeftOf(String prefix) {
        assertThat(namespace.pods()).noneMatch(name -> name.startsWith(prefix));
        assertThat(namespace.secrets()).noneMatch(name -> name.startsWith(prefix));
    }

    private static boolean has(List<String> names, String prefix) {
        return names.stream().anyMatch(name -> name.startsWith(prefix));
    }

    @Test
    void gap9AConnectionThatNobodyUsesIsClosed() throws Exception {
        try (var brief =
                namespace.sandboxes().idleTimeout(Duration.ofMillis(100)).open()) {
            String port = clientPort(brief);

            Waiting.until(
                    "sshd has seen it go",
                    () -> seen(other, "(Disconnected from|Connection closed by) .* port " + port) > 0);
            assertThat(clientPort(brief)).isNotEqualTo(port);
        }
    }

    /** Of the connection that a command came over. */
    private static String clientPort(K8sSandbox by) throws InterruptedException {
        return said(by, other, "echo $SSH_CONNECTION").split(" ")[1];
    }

    /** How often sshd's log has it. */
    private static long seen(SandboxHandle where, String expression) {
        return Pattern.compile(expression + "\\b")
                .matcher(namespace.log(where.sandboxId()))
                .results()
                .count();
    }

    @Test
    void gap10NothingButTheCommandItselfIsRun() throws Exception {
        try (var fresh = namespace.sandboxes().open()) {
            String port = clientPort(fresh);
            assertThat(clientPort(fresh)).isEqualTo(port);
            said(fresh, other, "true");

            Waiting.until("the last is in the log", () -> seen(other, "Close session: user root .* port " + port) >= 3);
            assertThat(seen(other, "Starting session: command for root .* port " + port))
                    .isEqualTo(3);
        }
    }

    @Test
    void gap11AConnectThatHangsHoldsUpNobodyElse() throws Exception {
        try (var fresh = namespace.sandboxes().open();
                var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            fresh.addSandboxToCache("silent", "127.0.0.1", silent.getLocalPort());
            Future<?> hanging = tasks.submit(() -> assertThatThrownBy(() -> fresh.execute("silent", key, "true"))
                    .isInstanceOf(SshConnectionException.class));
            Socket accepted = silent.accept();

            assertThat(said(fresh, one, "echo meanwhile")).isEqualTo("meanwhile");
            assertThat(hanging.isDone()).isFalse();

            silent.close(); // the second try, too
            accepted.close();
            hanging.get();
        }
    }

    @Test
    void gap13AReplacedPodIsFoundAtItsNewAddress() throws Exception {
        SandboxHandle moving = sandboxes.create(keys.publicLine());
        said(sandboxes, moving, "true");
        namespace.replace(moving.sandboxId());

        assertThat(said(sandboxes, moving, "hostname -i")).isNotEqualTo(moving.ipAddress());
    }

    @Test
    void gap14AnEntryWithNothingButAnAddressIsEnough() throws Exception {
        try (var fresh = namespace.sandboxes().open()) {
            fresh.addSandboxToCache(one.sandboxId(), one.ipAddress());

            assertThat(said(fresh, one, "hostname")).isEqualTo(one.sandboxId());
            assertThat(fresh.info(one.sandboxId()).createdAt()).isEqualTo(one.createdAt());
        }
    }

    @Test
    void gap14WhatIsNotInTheCacheIsNotChanged() throws Exception {
        try (var fresh = namespace.sandboxes().open()) {
            assertThat(fresh.updateSandboxIp(one.sandboxId(), "127.0.0.1")).isFalse();
            assertThat(fresh.updateSandboxPort(one.sandboxId(), 1)).isFalse();
            assertThat(said(fresh, one, "hostname")).isEqualTo(one.sandboxId());
        }
    }

    @Test
    void gap15ASandboxThatIsMadeAnswers() throws Exception {
        try (var late = namespace.sandboxes().pod(GapsTest::servesLate).open()) {
            SandboxHandle made = late.create(keys.publicLine());

            try (var socket = new Socket(made.ipAddress(), made.port())) {
                assertThat(new String(socket.getInputStream().readNBytes(8), UTF_8))
                        .isEqualTo("SSH-2.0-");
            }
        }
    }

    /** Its container runs for a second before its sshd does. */
    private static Pod servesLate(Pod pod) {
        List<String> command = pod.getSpec().getContainers().getFirst().getCommand();
        return new PodBuilder(TestNamespace.light(pod))
                .editSpec()
                .editFirstContainer()
                .withCommand(Stream.concat(
                                command.stream().limit(command.size() - 1), Stream.of("sleep 1\n" + command.getLast()))
                        .toList())
                .endContainer()
                .endSpec()
                .build();
    }

    @Test
    void gap17AllSandboxesAreListedAndNothingElse() throws Exception {
        namespace.somebodyElsesPod("database");

        List<SandboxInfo> all = sandboxes.list();

        assertThat(all).extracting(SandboxInfo::sandboxId).contains(one.sandboxId(), other.sandboxId());
        assertThat(all).extracting(SandboxInfo::sandboxId).doesNotContain("database");
        assertThat(all)
                .filteredOn(info -> info.sandboxId().equals(one.sandboxId()))
                .singleElement()
                .satisfies(info -> {
                    assertThat(info.ipAddress()).contains(one.ipAddress());
                    assertThat(info.status()).isEqualTo("Running");
                });
    }
}
