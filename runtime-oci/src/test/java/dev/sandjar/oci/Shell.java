package dev.sandjar.oci;

import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.agent.Channel;
import dev.sandjar.agent.Frame;
import dev.sandjar.agent.Link;
import dev.sandjar.agent.Replies;
import dev.sandjar.agent.Requests;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.Placement;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** A sandbox and a way to run scripts in it, through a real link. Removed when closed. */
final class Shell implements AutoCloseable {
    static final Duration LIMIT = Duration.ofMinutes(1);

    final Placement placement;
    private final OciRuntime runtime;

    private Shell(OciRuntime runtime, Placement placement) {
        this.runtime = runtime;
        this.placement = placement;
    }

    /** What a script left. */
    record Ran(Replies.Ended ended, String output) {}

    static Shell in(SandboxSpec spec) throws InterruptedException {
        return in(TestHome.runtime(), spec);
    }

    static Shell in(OciRuntime runtime, SandboxSpec spec) throws InterruptedException {
        return new Shell(runtime, runtime.create(SandboxId.random(), spec, "{}", soon()));
    }

    static Shell open() throws InterruptedException {
        return in(SandboxSpec.of("host"));
    }

    static Deadline soon() {
        return Deadline.in("test", LIMIT);
    }

    SandboxId id() {
        return placement.id();
    }

    /** Both streams of a script, which runs to its end. */
    String output(String script) throws Exception {
        return run(List.of("/bin/sh", "-c", script)).output();
    }

    String python(String program) throws Exception {
        return run(List.of("python3", "-c", program)).output();
    }

    Ran run(List<String> argv) throws Exception {
        return run(argv, LIMIT);
    }

    /** @param longest after which it is killed with all it started */
    Ran run(List<String> argv, Duration longest) throws Exception {
        try (Link link =
                Link.open(runtime.dial(placement, soon()), placement.key().bytes(), "test", LIMIT, _ -> {})) {
            var command = UUID.randomUUID();
            link.open(Requests.start(command, argv, List.of(), "", Requests.HOLD, longest, 24, 80, 1 << 20))
                    .reply(LIMIT);
            Channel follow = link.open(Requests.follow(command, 0, Requests.BOTH_STREAMS, true));
            follow.reply(LIMIT);
            return follow(follow);
        }
    }

    Replies.Stats stats() throws Exception {
        try (Link link =
                Link.open(runtime.dial(placement, soon()), placement.key().bytes(), "test", LIMIT, _ -> {})) {
            return Replies.stats(link.open(Requests.stats()).reply(LIMIT));
        }
    }

    private static Ran follow(Channel follow) throws Exception {
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

    @Override
    public void close() throws InterruptedException {
        runtime.destroy(placement.id(), soon());
    }
}
