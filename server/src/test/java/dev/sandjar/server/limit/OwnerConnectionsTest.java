package dev.sandjar.server.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

/** Whose a connection is. */
class OwnerConnectionsTest {
    private final OwnerConnections connections = new OwnerConnections(2);
    private final EmbeddedChannel one = new EmbeddedChannel();
    private final EmbeddedChannel two = new EmbeddedChannel();
    private final EmbeddedChannel three = new EmbeddedChannel();

    private void refused(EmbeddedChannel connection, String owner) {
        assertThatThrownBy(() -> connections.take(connection, owner))
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.RATE_LIMITED));
    }

    @Test
    void anotherRequestOfTheSameOwnerIsNoOtherConnection() {
        for (int i = 0; i < 10; i++) {
            connections.take(one, "alice");
        }
        connections.take(two, "alice");
        refused(three, "alice");
        connections.take(one, "alice");
    }

    @Test
    void whatOneOwnerHasIsNothingToOthers() {
        connections.take(one, "alice");
        connections.take(two, "alice");
        connections.take(three, "bob");
    }

    @Test
    void oneThatEndsIsGivenBack() {
        connections.take(one, "alice");
        connections.take(two, "alice");
        one.close();
        connections.take(three, "alice");
    }

    /** As those of a proxy do. */
    @Test
    void oneThatChangesHandsIsItsNewOwnersAlone() {
        connections.take(one, "alice");
        connections.take(two, "alice");
        connections.take(two, "bob");
        connections.take(three, "alice");
        refused(two, "alice");
        three.close();
        connections.take(two, "alice"); // it had stayed bob's
    }

    @Test
    void oneThatHasEndedBeforeItsRequestIsLookedAtIsNobodys() {
        one.close();
        connections.take(one, "alice");
        connections.take(two, "alice");
        connections.take(three, "alice");
    }
}
