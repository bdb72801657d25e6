package dev.sandjar.kubernetes;

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
import java.util.List;
import java.util.UUID;

/** Runs programs in sandboxes. */
final class Agents {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private Agents() {}

    static Deadline soon() {
        return Deadline.in("test", LIMIT);
    }

    static Link dial(SandboxRuntime runtime, Placement placement) throws IOException {
        return Link.open(runtime.dial(placement, soon()), placement.key().bytes(), "test", LIMIT, _ -> {});
    }

    /** What a script wrote, errors too. */
    static String output(SandboxRuntime runtime, Placement placement, String script) throws Exception {
        try (Link link = dial(runtime, placement)) {
            return output(link, script);
        }
    }

    static String output(Link link, String script) throws Exception {
        var command = UUID.randomUUID();
        link.open(Requests.start(
                        command, List.of("sh", "-c", script), List.of(), "", Requests.HOLD, LIMIT, 24, 80, 1 << 20))
                .reply(LIMIT);
        Channel follow = link.open(Requests.follow(command, 0, Requests.BOTH_STREAMS, true));
        follow.reply(LIMIT);
        var output = new StringBuilder();
        for (Frame frame = follow.take(LIMIT); frame != null; frame = follow.take(LIMIT)) {
            switch (frame) {
                case Frame.Output out ->
                    output.append(StandardCharsets.UTF_8.decode(out.bytes().duplicate()));
                case Frame.Event event -> Replies.endOfOutput(event.payload());
                default -> throw new AssertionError("unexpected " + frame);
            }
        }
        return output.toString();
    }
}
