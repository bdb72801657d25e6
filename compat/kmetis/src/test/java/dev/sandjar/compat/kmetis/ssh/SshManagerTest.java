package dev.sandjar.compat.kmetis.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.compat.kmetis.TestKeys;
import dev.sandjar.compat.kmetis.error.SandboxException;
import dev.sandjar.compat.kmetis.error.SshConnectionException;
import dev.sandjar.testing.Waiting;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.sshd.common.session.helpers.AbstractSession;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The pool, on a real sshd in this process. */
class SshManagerTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final SshServer server = SshServer.setUpDefaultServer();
    private final BlockingQueue<String> cut = new LinkedBlockingQueue<>();
    private SshKey key;

    @BeforeEach
    void start() throws Exception {
        key = SshKey.of(TestKeys.make("ecdsa-sha2-nistp256").openSsh());
        server.setHost("127.0.0.1");
        server.setKeyPairProvider(new SimpleGeneratorHostKeyProvider());
        server.setPublickeyAuthenticator(
                (_, shown, _) -> shown.equals(key.pair().getPublic()));
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        server.stop(true);
    }

    private SshManager pool(int maxSessions, Duration idle, Duration connect) {
        return new SshManager(maxSessions, idle, connect, cut::add);
    }

    private SshTarget target(String sandboxId) {
        return target(sandboxId, Optional.empty());
    }

    private SshTarget target(String sandboxId, Optional<PublicKey> hostKey) {
        return new SshTarget(sandboxId, "127.0.0.1", server.getPort(), "root", key, hostKey);
    }

    private void cutAll() throws Exception {
        for (AbstractSession session : server.getActiveSessions()) {
            session.close();
        }
    }

    @Test
    void oneConnectionServesManyAfterEachOther() throws Exception {
        try (var pool = pool(10, LONG, LONG)) {
            for (int i = 0; i < 3; i++) {
                pool.borrow(target("a")).close();
            }

            assertThat(pool.openSessions()).isEqualTo(1);
            assertThat(server.getActiveSessions()).hasSize(1);
        }
    }

    @Test
    void sandboxesBehindOneAddressHaveConnectionsOfTheirOwn() throws Exception {
        try (var pool = pool(10, LONG, LONG);
                var _ = pool.borrow(target("a"));
                var _ = pool.borrow(target("b"))) {
            assertThat(server.getActiveSessions()).hasSize(2);
        }
    }

    @Test
    void anotherKeyDoesNotGetTheConnectionOfTheFirst() throws Exception {
        SshKey stranger = SshKey.of(TestKeys.make("ecdsa-sha2-nistp256").openSsh());
        try (var pool = pool(10, LONG, LONG);
                var _ = pool.borrow(target("a"))) {
            assertThatThrownBy(() -> pool.borrow(
                            new SshTarget("a", "127.0.0.1", server.getPort(), "root", stranger, Optional.empty())))
                    .isInstanceOf(SshConnectionException.class)
                    .hasMessageContaining("is not accepted");
        }
    }

    @Test
    void atTheMaximumTheOneUsedLongestAgoMakesRoom() throws Exception {
        try (var pool = pool(2, LONG, LONG)) {
            pool.borrow(target("first")).close();
            AbstractSession first = server.getActiveSessions().getFirst();
            pool.borrow(target("second")).close();
            pool.borrow(target("first")).close();

            pool.borrow(target("third")).close();

            Waiting.until("one has gone", () -> server.getActiveSessions().size() == 2);
            assertThat(server.getActiveSessions()).contains(first);
        }
    }

    @Test
    void atTheMaximumNoneThatIsInUseMakesRoom() throws Exception {
        try (var pool = pool(2, LONG, LONG);
                var _ = pool.borrow(target("used"))) {
            AbstractSession used = server.getActiveSessions().getFirst();
            pool.borrow(target("idle")).close();

            pool.borrow(target("new")).close();

            Waiting.until("one has gone", () -> server.getActiveSessions().size() == 2);
            assertThat(server.getActiveSessions()).contains(used);
        }
    }

    @Test
    void whereAllAreInUseACallerIsToldSo() throws Exception {
        try (var pool = pool(1, LONG, Duration.ofSeconds(3));
                var _ = pool.borrow(target("a"))) {
            assertThatThrownBy(() -> pool.borrow(target("b")))
                    .isInstanceOf(SshConnectionException.class)
                    .hasMessage("no SSH connection to sandbox b: all 1 connections are in use (maxSessions)");
        }
    }

    @Test
    void whereAllAreInUseACallerWaitsUntilOneIsNot() throws Exception {
        try (var pool = pool(1, LONG, LONG);
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            SshSession first = pool.borrow(target("a"));
            Future<?> second = tasks.submit(() -> {
                pool.borrow(target("b")).close();
                return true;
            });
            first.close();

            assertThat(second.get()).isEqualTo(true);
        }
    }

    @Test
    void theNinthAtOnceGetsASecondConnection() throws Exception {
        try (var pool = pool(2, LONG, LONG)) {
            List<SshSession> all = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                all.add(pool.borrow(target("a")));
            }

            assertThat(pool.openSessions()).isEqualTo(2);
            all.forEach(SshSession::close);
        }
    }

    @Test
    void whatNobodyUsesIsClosedAndWhatSomebodyUsesIsNot() throws Exception {
        try (var pool = pool(10, Duration.ofMillis(50), LONG);
                var _ = pool.borrow(target("used"))) {
            pool.borrow(target("idle")).close();

            Waiting.until("one is left", () -> pool.openSessions() == 1);
            Waiting.until(
                    "sshd has seen it go", () -> server.getActiveSessions().size() == 1);
            assertThat(cut).isEmpty();
        }
    }

    @Test
    void aConnectionThatIsCutLeavesThePoolBySelfAndItsOwnerIsTold() throws Exception {
        try (var pool = pool(10, LONG, LONG)) {
            pool.borrow(target("a")).close();
            cutAll();

            assertThat(cut.take()).isEqualTo("a");
            assertThat(pool.openSessions()).isZero();
            pool.borrow(target("a")).close();
        }
    }

    @Test
    void whoeverShowsAnotherHostKeyIsRefused() throws Exception {
        PublicKey other = TestKeys.make("ecdsa-sha2-nistp256").pair().getPublic();
        try (var pool = pool(10, LONG, LONG)) {
            assertThatThrownBy(() -> pool.borrow(target("a", Optional.of(other))))
                    .isInstanceOf(SshConnectionException.class)
                    .hasMessageContaining("shows another host key than the sandbox has");
        }
    }

    @Test
    void whereNoHostKeyIsKnownTheFirstIsRemembered() throws Exception {
        try (var pool = pool(10, LONG, LONG)) {
            pool.borrow(target("a")).close();
            server.setKeyPairProvider(new SimpleGeneratorHostKeyProvider());
            cutAll();
            cut.take();

            assertThatThrownBy(() -> pool.borrow(target("a")))
                    .isInstanceOf(SshConnectionException.class)
                    .hasMessageContaining("another host key");
        }
    }

    @Test
    void aClosedPoolLendsNothing() {
        var pool = pool(10, LONG, LONG);
        pool.close();

        assertThatThrownBy(() -> pool.borrow(target("a")))
                .isInstanceOf(SshConnectionException.class)
                .hasMessageEndingWith("the pool has been closed");
    }

    @Test
    void aPoolOfNothingIsRefused() {
        assertThatThrownBy(() -> pool(0, LONG, LONG))
                .isInstanceOf(SandboxException.class)
                .hasMessage("maxSessions is 0, allowed: 1 to 10000");
    }
}
