package dev.sandjar.client;

import dev.sandjar.Output;
import dev.sandjar.OutputRange;
import dev.sandjar.SandboxException;
import dev.sandjar.client.http.HttpResponse;
import dev.sandjar.client.http.Target;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Set;

/** A range of a command's output, asked of a server. */
final class LogRange {
    private LogRange() {}

    static OutputRange read(Server server, Target log, Set<Output.Stream> streams, long from, long to) {
        Target target = log.with("stream", word(streams)).with("from", from);
        Call call = Call.get(to == Long.MAX_VALUE ? target : target.with("to", to));
        return server.fetch(call, LogRange::range);
    }

    private static String word(Set<Output.Stream> streams) {
        return switch (streams.size()) {
            case 0 -> throw SandboxException.invalid("streams", "none", "stdout, stderr or both");
            case 1 -> streams.iterator().next().name().toLowerCase(Locale.ROOT);
            default -> "both";
        };
    }

    private static OutputRange range(HttpResponse answer) throws IOException {
        return new OutputRange(
                number(answer, "from"),
                number(answer, "to"),
                number(answer, "written"),
                ByteBuffer.wrap(answer.body().readAllBytes()));
    }

    private static long number(HttpResponse answer, String name) {
        String text = answer.header("sandjar-output-" + name).orElse("");
        if (!text.matches("[0-9]{1,18}")) {
            throw SandboxException.invalid(name, "something else", "an offset");
        }
        return Long.parseLong(text);
    }
}
