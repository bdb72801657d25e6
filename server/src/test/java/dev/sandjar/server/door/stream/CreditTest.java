package dev.sandjar.server.door.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.Output;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client has not taken yet. */
@Timeout(30)
class CreditTest {
    private static final int WINDOW = 1 << 20;

    private final Credit credit = new Credit(OptionalInt.of(WINDOW));
    private long end;

    @Test
    void howeverSmallThePiecesAreFewAreRemembered() throws Exception {
        fill();
        assertThat(end).isGreaterThan(1_000);
        assertThat(credit.remembered()).isLessThan(50);
    }

    @Test
    void whatWasTakenUpToItsMiddleIsRoomForSomeMore() throws Exception {
        fill();
        long all = end;
        credit.taken(all / 2);
        fill();
        assertThat(end - all).isBetween(all / 3, all / 2);
    }

    @Test
    void whoHasTakenAllHasTheWholeWindowAgain() throws Exception {
        fill();
        long all = end;
        credit.taken(all);
        fill();
        assertThat(end - all).isEqualTo(all);
    }

    @Test
    void aWindowOfOnePieceIsFreedByThatPiece() throws Exception {
        var narrow = new Credit(OptionalInt.of(1));
        for (long at = 0; at < 10; at++) {
            narrow.await("owner");
            narrow.sent(new Output.Chunk(Output.Stream.STDOUT, at, ByteBuffer.allocate(1)));
            narrow.taken(at + 1);
        }
        narrow.await("owner");
    }

    /** Bytes, each by itself, until somebody would wait. */
    private void fill() throws Exception {
        while (hasRoom()) {
            credit.sent(new Output.Chunk(Output.Stream.STDOUT, end, ByteBuffer.allocate(1)));
            end++;
        }
    }

    private boolean hasRoom() throws Exception {
        var room = new CompletableFuture<Boolean>();
        Thread waits = Thread.ofVirtual().start(() -> {
            try {
                credit.await("owner");
                room.complete(true);
            } catch (InterruptedException e) {
                room.complete(false);
            }
        });
        while (!room.isDone()) {
            if (waits.getState() == Thread.State.WAITING) {
                waits.interrupt();
            }
            Thread.onSpinWait();
        }
        return room.get();
    }
}
