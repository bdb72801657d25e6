package dev.sandjar.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.agent.AgentException;
import dev.sandjar.agent.Channel;
import dev.sandjar.agent.Frame;
import dev.sandjar.agent.Link;
import dev.sandjar.agent.Replies;
import dev.sandjar.agent.Requests;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.Placement;
import dev.sandjar.runtime.SandboxRuntime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;

/** What the contract of runtimes is written with: sandboxes that are removed again, and commands in them through a real link. */
abstract class RuntimeFixture {
    static final Duration LIMIT = Duration.ofMinutes(1);

    final List<SandboxId> made = new ArrayList<>();

    /**
     * The runtime under test, shared by the tests of a class.
     *
     * @return an open runtime
     */
    protected abstract SandboxRuntime runtime();

    /**
     * A second runtime at the same place, as after a restart.
     *
     * @return an open runtime that knows only what the place tells it; closed by the test
     */
    protected abstract SandboxRuntime reopened();

    /**
     * An image with a shell and Python.
     *
     * @return its reference
     */
    protected String image() {
        return "host";
    }

    @AfterEach
    void removesWhatItMade() throws InterruptedException {
        for (SandboxId id : made) {
            runtime().destroy(id, soon());
        }
        assertThat(runtime().inventory(soon())).extracting(Placement::id).noneMatch(made::contains);
    }

    /** What a command left. */
    record Ran(Replies.Ended ended, String output) {}

    SandboxSpec.Builder spec() {
        return SandboxSpec.builder().image(image()).ttl(Duration.ofMinutes(5));
    }

    Placement create() throws InterruptedException {
        return create(spec().build());
    }

    Placement create(SandboxSpec spec) throws InterruptedException {
        var id = SandboxId.random();
        Placement placement = runtime().create(id, spec, "{}", soon());
        made.add(id);
        return placement;
    }

    Void destroyUnchecked(SandboxId id) throws InterruptedException {
        runtime().destroy(id, soon());
        return null;
    }

    Link dial(Placement placement) throws IOException {
        return Link.open(runtime().dial(placement, soon()), placement.key().bytes(), "test", LIMIT, _ -> {});
    }

    Ran run(Placement placement, String script) throws Exception {
        try (Link link = dial(placement)) {
            return run(link, script);
        }
    }

    static Ran run(Link link, String script) throws Exception {
        var command = UUID.randomUUID();
        start(link, command, script).reply(LIMIT);
        return follow(link, command);
    }

    static Ran follow(Link link, UUID command) throws Exception {
        Channel follow = link.open(Requests.follow(command, 0, Requests.BOTH_STREAMS, true));
        follow.reply(LIMIT);
        var output = new StringBuilder();
        Replies.Ended ended = null;
        for (Frame frame = follow.take(LIMIT); frame != null; frame = follow.take(LIMIT)) {
            switch (frame) {
                case Frame.Output out ->
                    output.append(StandardCharsets.UTF_8.decode(out.bytes().duplicate()));
                case Frame.Event event ->
                    ended = Replies.endOfOutput(event.payload()).ending();
                default -> throw new AssertionError("unexpected " + frame);
            }
        }
        if (ended == null) {
            throw new AssertionError("closed without an ending");
        }
        return new Ran(ended, output.toString());
    }

    static Channel start(Link link, UUID command, String script) throws IOException {
        return link.open(Requests.start(
                command, List.of("bash", "-c", script), List.of(), "", Requests.HOLD, LIMIT, 24, 80, 1 << 20));
    }

    static Deadline soon() {
        return Deadline.in("test", LIMIT);
    }

    interface Work {
        void run() throws InterruptedException, IOException, AgentException;
    }

    static void refuses(ErrorCode code, Work work) {
        assertThatThrownBy(work::run)
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
