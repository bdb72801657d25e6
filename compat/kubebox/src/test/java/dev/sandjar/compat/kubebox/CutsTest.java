package dev.sandjar.compat.kubebox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.compat.kubebox.OtherServer.Peer;
import dev.sandjar.compat.kubebox.error.ConnectionLostException;
import dev.sandjar.compat.kubebox.socket.SocketIo;
import dev.sandjar.testing.Waiting;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of streams and questions when their connection is cut. */
@Timeout(60)
class CutsTest {
    private static final Duration SHORT = Duration.ofMillis(200);

    private static OtherServer server() throws Exception {
        return Streaming.server();
    }

    private static CommandOutput out(String text) {
        return new CommandOutput(text, CommandOutput.Type.STDOUT, 7);
    }

    @Test
    void aLineThatWasCutInHalfByWhereItGoesOnDoesNotComeTwice() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server)) {
            streaming
                    .peer()
                    .output(7, "stderr", "xxz\n", ",\"offset\":0,\"end\":6,\"resume_at\":2"); // yy stands in its middle
            streaming.process().next();
            streaming.peer().cut();

            Peer second = server.peer().greet();
            second.event("start_command_stream");
            second.output(7, "stderr", "z\n", ",\"offset\":4,\"end\":6,\"resume_at\":2");
            second.output(7, "stdout", "yyy\n", ",\"offset\":2,\"end\":8,\"resume_at\":8");
            second.exit(7, 0);

            assertThat(streaming.rest()).containsExactly(out("yyy\n"), new CommandExit(0, 7));
        }
    }

    @Test
    void whatAServerHasForgottenIsAGap() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server)) {
            streaming.peer().output(7, "stderr", "[5 bytes]\n", ",\"offset\":0,\"resume_at\":5,\"lost\":5");
            streaming.peer().output(7, "stdout", "a\n", ",\"offset\":5,\"end\":7,\"resume_at\":7");
            streaming.peer().exit(7, 0);

            assertThat(streaming.rest())
                    .containsExactly(new CommandGap("[5 bytes]", 7), out("a\n"), new CommandExit(0, 7));
        }
    }

    @Test
    void atAServerThatDoesNotNumberItsOutputACutIsAGap() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server)) {
            streaming.peer().output(7, "before\n");
            assertThat(streaming.process().next()).isEqualTo(out("before\n"));
            streaming.peer().cut();

            Peer second = server.peer().greet();
            second.event("check_status");
            second.status("true", "");
            assertThat(second.event("start_command_stream").has("offset")).isFalse();
            second.output(7, "after\n");
            second.exit(7, 0);

            assertThat(streaming.rest())
                    .containsExactly(
                            new CommandGap(
                                    "the connection was lost, and this server keeps nothing for one that comes back",
                                    7),
                            out("after\n"),
                            new CommandExit(0, 7));
        }
    }

    @Test
    void aStreamThatWasSilentUntilTheCutHasNoGapWhereTheServerNumbers() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server)) {
            streaming.peer().cut();

            Peer second = server.peer().greet();
            second.event("check_status");
            second.status("true", ",\"process_id\":7");
            assertThat(second.event("start_command_stream").path("offset").asLong(-1))
                    .isZero();
            second.exit(7, 0);

            assertThat(streaming.rest()).containsExactly(new CommandExit(0, 7));
        }
    }

    @Test
    void aServerThatStaysAwayEndsTheStreamAfterTheLimit() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server, server.client().reconnectLimit(SHORT))) {
            streaming.peer().output(7, "a");
            assertThat(streaming.process().next()).isEqualTo(out("a"));
            server.close();

            assertThatThrownBy(streaming.process()::next)
                    .isInstanceOf(ConnectionLostException.class)
                    .hasMessageStartingWith("the connection was lost while process 7 ran, and did not come back: ");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 404})
    void aServerThatLetsNobodyInAnyMoreEndsTheStreamAtOnce(int status) throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server)) {
            server.refusal = status;
            streaming.peer().cut();

            assertThatThrownBy(streaming.process()::next)
                    .isInstanceOf(ConnectionLostException.class)
                    .hasMessageEndingWith("refused the connection: " + status);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 429, 502})
    void aServerThatLetsNobodyInForAWhileIsAskedAgain(int status) throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server)) {
            server.refusal = status;
            streaming.peer().cut();
            Waiting.until("it was refused twice", () -> upgrades(server) > 2);
            server.refusal = 0;

            Peer second = server.peer().greet();
            second.event("check_status");
            second.status("true", ",\"process_id\":7");
            second.event("start_command_stream");
            second.exit(7, 0);
            assertThat(streaming.rest()).containsExactly(new CommandExit(0, 7));
        }
    }

    private static long upgrades(OtherServer server) {
        return server.requests.stream()
                .filter(request -> request.headers().containsKey("Upgrade"))
                .count();
    }

    @Test
    void aServerThatLetsNobodyInUntilTheLimitEndsTheStream() throws Exception {
        try (var server = server();
                var streaming = Streaming.at(server, server.client().reconnectLimit(SHORT))) {
            server.refusal = 429;
            streaming.peer().cut();

            assertThatThrownBy(streaming.process()::next)
                    .isInstanceOf(ConnectionLostException.class)
                    .hasMessageEndingWith("refused the connection: 429");
            assertThat(upgrades(server)).isGreaterThan(2);
        }
    }

    @Test
    void theEndOfAConnectionThatHasBeenReplacedChangesNothing() throws Exception {
        try (var server = server();
                var link = new SessionLink("s", server.client().settings());
                var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<SocketIo> opened = tasks.submit(link::open);
            Peer first = server.peer().greet();
            SocketIo replaced = opened.get();
            first.cut();
            Waiting.until("it is known to be lost", () -> !replaced.isOpen());
            Future<Status> asked = tasks.submit(() -> link.status(9));
            Peer second = server.peer();
            link.lost(replaced, new ConnectionLostException("told while the next one is made", "", null));
            second.greetOnly();
            second.event("initialize");
            link.lost(replaced, new ConnectionLostException("told late", "", null));
            second.event("initialized", "{\"session_id\":\"s\"}");
            second.event("check_status");
            link.lost(replaced, new ConnectionLostException("told even later", "", null));
            second.status("true", "");

            assertThat(asked.get()).isEqualTo(Status.RUNNING);
        }
    }
}
