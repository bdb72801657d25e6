package dev.sandjar.server.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How much is on its way to clients that take nothing until the test says so. */
@Timeout(30)
class OutgoingTest {
    private static final int PIECE = 64 * 1024;
    private static final int PIECES = 100;
    private static final int NARROW = 3; // pieces that were sent, the last of which has come over the bound
    private static final int WIDE = 9;

    private final List<Client> clients = new ArrayList<>();

    @AfterEach
    void end() throws Exception {
        for (Client client : clients) {
            client.leave();
        }
    }

    @Test
    void oneWhoWritesHasLittleUnderWay() throws Exception {
        assertThat(new Client("alone", false).underWay()).isEqualTo(NARROW);
    }

    @Test
    void aConnectionThatThrowsIsGoneForWhoeverWritesNext() throws Exception {
        var outgoing = new Outgoing<byte[]>(
                _ -> {
                    throw new IllegalStateException("closed");
                },
                piece -> piece.length,
                "thrown at");
        outgoing.send(new byte[1]);
        assertThatThrownBy(() -> outgoing.send(new byte[1])).isInstanceOf(Outgoing.GoneException.class);
    }

    @Test
    void manyWhoShareAClientHaveMoreUnderWay() throws Exception {
        var client = new Client("many", true);
        assertThat(client.underWay()).isEqualTo(WIDE);
        client.takeAll();
        assertThat(client.sent).hasValue(PIECES);
    }

    @Test
    void anOwnerWhoseClientsDoNotReadHasLittleForFurtherOnesAndLeavesOthersMore() throws Exception {
        exhaust("greedy");
        assertThat(new Client("greedy", true).underWay()).isEqualTo(NARROW);
        assertThat(new Client("another", true).underWay()).isEqualTo(WIDE);
    }

    @Test
    void whatAClientHasTakenIsRoomForTheNext() throws Exception {
        exhaust("reads late");
        clients.getFirst().takeAll();
        assertThat(new Client("reads late", true).underWay()).isEqualTo(WIDE);
    }

    @Test
    void whatAClientHadThatIsGoneIsRoomForTheNext() throws Exception {
        exhaust("leaves");
        Client first = clients.getFirst();
        first.leave();
        assertThatThrownBy(() -> first.out.sendAmongOthers("x")).isInstanceOf(Outgoing.GoneException.class);
        assertThat(new Client("leaves", true).underWay()).isEqualTo(WIDE);
        assertThat(new Client("leaves", true).underWay()).isEqualTo(NARROW);
    }

    private void exhaust(String owner) throws InterruptedException {
        while (new Client(owner, true).underWay() == WIDE) {
            // the next may still have as much
        }
    }

    private final class Client {
        private final AtomicInteger sent = new AtomicInteger();
        private final Queue<Promise<Void>> writes = new ConcurrentLinkedQueue<>();
        private final Outgoing<String> out;
        private final Thread sender;

        Client(String owner, boolean shared) {
            out = shared
                    ? new Outgoing<>(this::write, _ -> PIECE, owner)
                    : new Outgoing<>(this::write, _ -> PIECE, owner, () -> {});
            clients.add(this);
            sender = Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < PIECES; i++) {
                        if (shared) {
                            out.sendAmongOthers("x");
                        } else {
                            out.send("x");
                        }
                        sent.incrementAndGet();
                    }
                } catch (IOException | InterruptedException e) {
                    // it is gone
                }
            });
        }

        private Future<Void> write(List<String> pieces) {
            Promise<Void> written = Promise.promise();
            writes.add(written);
            return written.future();
        }

        /** In pieces, once nothing more is sent. */
        int underWay() throws InterruptedException {
            while (sender.isAlive() && sender.getState() != Thread.State.WAITING) {
                pause();
            }
            return sent.get();
        }

        /** Until the limit of the test. */
        private static void pause() throws InterruptedException {
            Thread.onSpinWait();
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }

        void takeAll() throws InterruptedException {
            while (sender.isAlive() || !writes.isEmpty()) {
                pause();
                Optional.ofNullable(writes.poll()).ifPresent(Promise::complete);
            }
        }

        void leave() throws InterruptedException {
            out.gone();
            sender.join();
        }
    }
}
