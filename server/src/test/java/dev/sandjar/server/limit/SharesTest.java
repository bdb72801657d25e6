package dev.sandjar.server.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SharesTest {
    private final Shares shares = new Shares(8);

    @Test
    void oneAloneHasHalf() {
        assertThat(shares.tryTake("alice", 4)).isTrue();
        assertThat(shares.tryTake("alice", 1)).isFalse();
    }

    @Test
    void whateverSomeHaveThereIsSomeForOneThatHasNone() {
        for (String owner : new String[] {"alice", "bob", "carol"}) {
            while (shares.tryTake(owner, 1)) {
                // as much as it gets
            }
        }
        assertThat(shares.tryTake("dan", 1)).isTrue();
    }

    @Test
    void whatIsGivenBackIsForWhoeverWaits() throws Exception {
        shares.tryTake("alice", 4);
        var more = new CompletableFuture<Boolean>();
        Thread waiter = Thread.ofVirtual().start(() -> {
            try {
                more.complete(shares.take("alice", 2, Duration.ofSeconds(20)));
            } catch (InterruptedException e) {
                more.completeExceptionally(e);
            }
        });
        shares.giveBack("alice", 4);
        assertThat(more.get(20, TimeUnit.SECONDS)).isTrue();
        waiter.join();
    }

    @Test
    void whoWaitsForOthersGivesUpInTime() throws Exception {
        shares.tryTake("alice", 4);
        assertThat(shares.take("alice", 1, Duration.ofMillis(1))).isFalse();
    }
}
