package dev.sandjar.server.door.kubebox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.CommandId;
import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxId;
import io.vertx.core.Vertx;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HeldCommandsTest {
    private static final int MOST = 200;

    private final Vertx vertx = Vertx.vertx();
    private final HeldCommands held = new HeldCommands(vertx);
    private final SandboxId sandbox = SandboxId.random();

    @AfterEach
    void close() {
        vertx.close();
    }

    /** One follower of a command. */
    private final class Follower {
        private final CommandId id;
        private final RunningCommand command;
        private boolean closed;

        Follower(CommandId id) {
            this.id = id;
            command = (RunningCommand) Proxy.newProxyInstance(
                    RunningCommand.class.getClassLoader(), new Class<?>[] {RunningCommand.class}, (_, method, _) -> {
                        if (method.getName().equals("close")) {
                            closed = true;
                            return null;
                        }
                        assertThat(method.getName()).isEqualTo("id");
                        return id;
                    });
            held.follow(sandbox, id);
        }

        void cut(String owner) {
            held.leave(owner, sandbox, command, true);
        }
    }

    private Follower follower() {
        return new Follower(CommandId.random());
    }

    private List<Follower> cut(String owner, int count) {
        List<Follower> all = Stream.generate(this::follower).limit(count).toList();
        all.forEach(one -> one.cut(owner));
        return all;
    }

    @Test
    void whatWasCutIsHeldUntilSomebodyComesBack() {
        Follower first = follower();
        first.cut("alice");
        assertThat(first.closed).isFalse();
        new Follower(first.id);
        assertThat(first.closed).isTrue();
    }

    @Test
    void whatHasEndedIsNotHeld() {
        Follower first = follower();
        held.leave("alice", sandbox, first.command, false);
        assertThat(first.closed).isTrue();
    }

    @Test
    void oneOwnerDrivesNobodyOut() {
        List<Follower> alices = cut("alice", 2 * MOST);
        assertThat(alices).filteredOn(one -> !one.closed).hasSize(MOST / 2);
        assertThat(cut("bob", 10)).noneMatch(one -> one.closed);
        assertThat(alices).filteredOn(one -> !one.closed).hasSize(MOST / 2);
    }

    @Test
    void whoComesBackHasItsShareAgain() {
        for (Follower one : cut("alice", MOST / 2)) {
            new Follower(one.id);
        }
        assertThat(cut("alice", MOST / 2)).noneMatch(one -> one.closed);
    }

    /** Where a cut is noticed late. Held where it was, the command would wait for nobody. */
    @Test
    void whoIsCutWhileAnotherFollowsHoldsNothing() {
        Follower dead = follower();
        Follower back = new Follower(dead.id);
        dead.cut("alice");
        assertThat(dead.closed).isTrue();
        back.cut("alice");
        assertThat(back.closed).isFalse();
    }
}
