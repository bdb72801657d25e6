package dev.sandjar.server.door.api;

import dev.sandjar.Output;
import dev.sandjar.OutputRange;
import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxException;
import dev.sandjar.server.limit.Transfers;
import java.util.EnumSet;
import java.util.Set;

/** {@code /log}: a range of what a command has written, as plain bytes. */
final class CommandLog {
    private CommandLog() {}

    static void read(ApiCall call) {
        Set<Output.Stream> streams = streams(call.query("stream").orElse("both"));
        long from = call.whole("from", 0);
        long to = call.whole("to", Long.MAX_VALUE);
        Transfers.Place place = Transfers.begin(Transfers.Kind.FILE, call.owner()); // as much as one of those
        try (RunningCommand command = call.command()) {
            OutputRange range = command.read(streams, from, to);
            call.header("Sandjar-Output-From", Long.toString(range.from()));
            call.header("Sandjar-Output-To", Long.toString(range.to()));
            call.header("Sandjar-Output-Written", Long.toString(range.written()));
            boolean whole = range.from() == from && range.to() == Math.min(to, range.written());
            if (!whole) {
                call.header("Content-Range", "output " + range.from() + "-" + (range.to() - 1) + "/" + range.written());
            }
            call.answer(whole ? 200 : 206, range.bytes(), place::close);
        } catch (RuntimeException e) {
            place.close();
            throw e;
        }
    }

    private static Set<Output.Stream> streams(String name) {
        return switch (name) {
            case "both" -> EnumSet.allOf(Output.Stream.class);
            case "stdout" -> EnumSet.of(Output.Stream.STDOUT);
            case "stderr" -> EnumSet.of(Output.Stream.STDERR);
            default -> throw SandboxException.invalid("stream", "something else", "stdout, stderr or both");
        };
    }
}
