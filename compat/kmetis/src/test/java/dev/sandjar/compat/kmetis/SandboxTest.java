package dev.sandjar.compat.kmetis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.compat.kmetis.error.CommandTimeoutException;
import dev.sandjar.compat.kmetis.error.FileTransferException;
import dev.sandjar.compat.kmetis.error.SandboxCreationException;
import dev.sandjar.compat.kmetis.error.SandboxNotFoundException;
import dev.sandjar.compat.kmetis.error.SshConnectionException;
import dev.sandjar.compat.kmetis.ssh.CommandResult;
import dev.sandjar.testing.Waiting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two sandboxes on a real cluster: one that runs as a user without power, and one of an image with an sshd of its own. */
@Tag("cluster")
class SandboxTest {
    private static TestNamespace namespace;
    private static TestKeys keys;
    private static String key;
    private static K8sSandbox sandboxes;
    private static K8sSandbox ownSshd;
    private static String id;
    private static SandboxHandle withOwnSshd;

    @TempDir
    private Path folder;

    @BeforeAll
    static void make() throws Exception {
        namespace = new TestNamespace();
        keys = TestKeys.make("ssh-ed25519");
        key = keys.openSsh();
        sandboxes = namespace
                .sandboxes()
                .image(TestNamespace.PYTHON_IMAGE)
                .username("worker")
                .runAs(1000)
                .port(2222)
                .maxSessions(2)
                .open();
        ownSshd = K8sSandbox.builder(namespace.configuration())
                .kubeconfig(TestNamespace.KUBECONFIG)
                .image(TestNamespace.SSH_IMAGE)
                .pod(TestNamespace::light)
                .open();
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<SandboxHandle> second = tasks.submit(() -> ownSshd.create(keys.publicLine()));
            id = sandboxes.create(keys.publicLine()).sandboxId();
            withOwnSshd = second.get();
        }
    }

    @AfterAll
    static void removeAll() {
        sandboxes.close();
        ownSshd.close();
        namespace.close();
    }

    private static CommandResult run(String command) throws InterruptedException {
        return sandboxes.execute(id, key, command);
    }

    @Test
    void outputAndErrorsAndReturnCodeAreApart() throws Exception {
        assertThat(run("echo out; echo err >&2; exit 3")).isEqualTo(new CommandResult("out\n", "err\n", 3));
    }

    @Test
    void aCommandThatReadsFindsNothing() throws Exception {
        assertThat(run("cat; echo end")).isEqualTo(new CommandResult("end\n", "", 0));
    }

    @Test
    void outputOfAnySizeIsWhole() throws Exception {
        CommandResult result = run("head -c 3000000 /dev/zero | tr '\\0' o; head -c 500000 /dev/zero | tr '\\0' e >&2");

        assertThat(result.stdout()).hasSize(3_000_000).containsOnlyOnce("ooo".repeat(1_000_000));
        assertThat(result.stderr()).hasSize(500_000);
    }

    @Test
    void aSignalsNumberIsInTheReturnCode() throws Exception {
        assertThat(run("kill -TERM $$").returnCode()).isEqualTo(128 + 15);
    }

    @Test
    void theImagesOwnProgramsAreThere() throws Exception {
        assertThat(run("python3 -c 'print(6 * 7)'; id -un; pwd"))
                .isEqualTo(new CommandResult("42\nworker\n/home/worker\n", "", 0));
    }

    @Test
    void whenTimeIsUpTheCommandIsKilledWithItsChildren() throws Exception {
        assertThatThrownBy(() ->
                        sandboxes.execute(id, key, "echo begun; sleep 4711 & sleep 4711", Duration.ofMillis(2_500)))
                .isInstanceOfSatisfying(
                        CommandTimeoutException.class,
                        e -> assertThat(e.stdout()).isEqualTo("begun\n"))
                .hasMessage("the command did not end within 2.5 seconds (its timeout) and was killed");
        assertThat(run(runs("4711")).returnCode()).isNotZero();
    }

    @Test
    void whenItsCallerIsInterruptedTheCommandIsKilled() throws Exception {
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> call = tasks.submit(() -> run("sleep 4712"));
            Waiting.until("it runs", () -> run(runs("4712")).returnCode() == 0);
            call.cancel(true);
        }
        Waiting.until("it does not run any more", () -> run(runs("4712")).returnCode() != 0);
    }

    @Test
    void manyWhoseTimeIsUpAtOnceAreAllKilled() throws Exception {
        String sandbox = withOwnSshd.sandboxId(); // its sshd allows ten sessions on a connection
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                tasks.submit(() -> ownSshd.execute(sandbox, key, "sleep 4713", Duration.ofSeconds(2)));
            }
        }
        assertThat(ownSshd.execute(sandbox, key, runs("4713")).returnCode()).isNotZero();
    }

    /** Whether there is a process with that argument; in brackets, so that it does not find itself. */
    private static String runs(String argument) {
        return "grep -lsxz '[" + argument.charAt(0) + "]" + argument.substring(1) + "' /proc/[0-9]*/cmdline";
    }

    @Test
    void thirtyAtOnceShareTwoConnections() throws Exception {
        var all = new ArrayList<Future<CommandResult>>();
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 30; i++) {
                String word = "n" + i;
                all.add(tasks.submit(() -> run("echo " + word)));
            }
        }
        for (int i = 0; i < 30; i++) {
            assertThat(all.get(i).get()).isEqualTo(new CommandResult("n" + i + "\n", "", 0));
        }
    }

    @Test
    void aFileComesBackAsItWent() throws Exception {
        byte[] bytes = new byte[3_000_001];
        new Random(1).nextBytes(bytes);
        Path there = Files.write(folder.resolve("there"), bytes);
        Path back = Files.writeString(folder.resolve("back"), "an older one");

        sandboxes.upload(id, key, there, "moved");
        sandboxes.download(id, key, "/home/worker/moved", back);

        assertThat(back).hasBinaryContent(bytes);
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void aDownloadThatFailsLeavesTheOlderFile() throws Exception {
        Path old = Files.writeString(folder.resolve("old"), "old");

        assertThatThrownBy(() -> sandboxes.download(id, key, "/no/such", old))
                .isInstanceOf(FileTransferException.class)
                .hasMessage(
                        "downloading /no/such to " + old + " failed: there is no such file or folder in the sandbox");
        assertThat(old).hasContent("old");
    }

    @Test
    void anUploadSaysWhoMayNot() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "x");

        assertThatThrownBy(() -> sandboxes.upload(id, key, file, "/etc/file"))
                .isInstanceOf(FileTransferException.class)
                .hasMessageEndingWith("failed: the sandbox's user may not");
    }

    @Test
    void anUploadSaysWhichFileIsMissing() {
        Path file = folder.resolve("none");

        assertThatThrownBy(() -> sandboxes.upload(id, key, file, "file"))
                .isInstanceOf(FileTransferException.class)
                .hasMessageEndingWith("failed: " + file + " is not on this machine");
    }

    @Test
    void anImageWithItsOwnSshdTakesTheKeyToo() throws Exception {
        var file = Files.writeString(folder.resolve("file"), "moved");

        ownSshd.upload(withOwnSshd.sandboxId(), key, file, "/root/file");

        assertThat(ownSshd.execute(withOwnSshd.sandboxId(), key, "id -un; cat file"))
                .isEqualTo(new CommandResult("root\nmoved", "", 0));
    }

    @Test
    void whoeverAnswersInItsPlaceIsRefused() throws Exception {
        try (var fresh = namespace.sandboxes().open()) {
            fresh.addSandboxToCache(id, withOwnSshd.ipAddress(), 22);

            assertThatThrownBy(() -> fresh.execute(id, key, "true"))
                    .isInstanceOf(SshConnectionException.class)
                    .hasMessageContaining("shows another host key than the sandbox has");
        }
    }

    @Test
    void nothingInASandboxMayBeChangedThatItsSshdTrusts() throws Exception {
        assertThat(run("echo >>/opt/sandjar/openssh/authorized_keys").stderr()).contains("Read-only file system");
        assertThat(run("ls /var/run/secrets /keys").returnCode()).isNotZero();
    }

    @Test
    void aDeletedSandboxIsGoneWithItsSecret() throws Exception {
        String doomed = sandboxes.create(keys.publicLine()).sandboxId();
        assertThat(namespace.secret(doomed)).isNotNull();

        assertThat(sandboxes.delete(doomed)).isTrue();

        assertThat(sandboxes.shutdown(doomed)).isFalse();
        assertThatThrownBy(() -> sandboxes.execute(doomed, key, "true")).isInstanceOf(SandboxNotFoundException.class);
        assertThatThrownBy(() -> sandboxes.info(doomed))
                .isInstanceOf(SandboxNotFoundException.class)
                .hasMessage("sandbox " + doomed + " is not in namespace " + namespace.name);
        assertThat(namespace.secret(doomed)).isNull();
    }

    @Test
    void aPodThatIsNoSandboxIsNotDeleted() throws Exception {
        namespace.somebodyElsesPod("database");

        assertThat(sandboxes.delete("database")).isFalse();
        assertThat(namespace.pod("database").getMetadata().getDeletionTimestamp())
                .isNull();
    }

    @Test
    void whatWasToBeDeletedIsWhenAllIsClosed() throws Exception {
        SandboxHandle made;
        try (var brief = namespace.sandboxes().deleteOnClose().open()) {
            made = brief.create(keys.publicLine());
        }

        assertThat(sandboxes.list())
                .extracting(SandboxInfo::sandboxId)
                .doesNotContain(made.sandboxId())
                .contains(id);
    }

    @Test
    void anImageWithoutAnSshdSaysWhatToDo() {
        var request = SandboxRequest.of(keys.publicLine()).withImage(TestNamespace.SMALL_IMAGE);

        assertThatThrownBy(() -> ownSshd.create(request))
                .isInstanceOfSatisfying(
                        SandboxCreationException.class,
                        e -> assertThat(e.remedy()).contains("into any other one it is brought: bringSsh(image)"))
                .hasMessageContaining("container sandbox ended with exit code 0");
    }

    @Test
    void anImageThatHasNoSshdToBringSaysSo() throws Exception {
        try (var wrong =
                namespace.sandboxes().bringSsh(TestNamespace.PYTHON_IMAGE).open()) {
            assertThatThrownBy(() -> wrong.create(keys.publicLine()))
                    .isInstanceOf(SandboxCreationException.class)
                    .hasMessageContaining("container openssh ended with exit code 1; it said: this image has no sshd");
        }
    }

    @Test
    void whatIsNotReadyInTimeSaysWhatItWaitsFor() throws Exception {
        try (var late = namespace.sandboxes().startTimeout(Duration.ofMillis(1)).open()) {
            assertThatThrownBy(() -> late.create(keys.publicLine()))
                    .isInstanceOf(SandboxCreationException.class)
                    .hasMessageContaining("was not ready within 0.001 seconds (startTimeout): ");
        }
    }

    @Test
    void inAPodItsServiceAccountIsUsed() throws Exception {
        ClusterAccess access = namespace.asServiceAccount(folder);

        assertThat(namespace.whoIs(access.find())).isEqualTo("system:serviceaccount:" + namespace.name + ":default");
    }

    @Test
    void theExampleRuns() throws Exception {
        Path file = Files.writeString(folder.resolve("id"), key);
        var said = new ArrayList<String>();

        Example.run(namespace.sandboxes(), keys.publicLine(), file, said::add);

        assertThat(said).startsWith("ready").contains("2 + 2 = 4", "made in the sandbox", "deleted: true");
        assertThat(List.copyOf(said)).doesNotContain("deleted: false");
    }
}
