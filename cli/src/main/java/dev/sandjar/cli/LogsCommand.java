package dev.sandjar.cli;

import dev.sandjar.CommandInfo;
import dev.sandjar.Output;
import dev.sandjar.Sandbox;
import dev.sandjar.Sandboxes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What commands wrote. */
@Command(
        name = "logs",
        description =
                "List a sandbox's commands, or print what one of them has written. The sandbox must not be paused.",
        mixinStandardHelpOptions = true,
        footerHeading = "%n",
        footer = {
            "Examples:",
            "  sandjar logs 3fa8                    its commands",
            "  sandjar logs 3fa8 9c1e               what one has written so far",
            "  sandjar logs -f 3fa8 9c1e            until it ends, with its exit code",
            "  sandjar logs --from 4096 3fa8 9c1e   from that byte on",
            "",
            Sandjar.EXIT_CODES
        })
final class LogsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Place place;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on until the command has ended.")
    private boolean follow;

    @Option(names = "--from", paramLabel = "OFFSET", description = "Begin at this byte of its output.")
    private @Nullable Long from;

    @Option(names = "--json", description = "With no command named: print the commands as JSON.")
    private boolean json;

    @Parameters(index = "0", paramLabel = "SANDBOX", description = "Its id, or a beginning of it.")
    private String id;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "COMMAND",
            description = "A command's id, or a beginning of it.")
    private @Nullable String command;

    @Override
    public Integer call() throws Exception {
        if (command == null ? follow || from != null : json) {
            throw new ParameterException(
                    spec.commandLine(),
                    command == null ? "--follow and --from need a COMMAND" : "--json is for the list of commands");
        }
        try (Sandboxes sandboxes = place.open()) {
            Sandbox sandbox = Place.find(sandboxes, id);
            if (command == null) {
                list(sandbox.commands());
                return 0;
            }
            CommandInfo info = Place.command(sandbox, command);
            long begin = from == null ? 0 : from;
            try (var attached = sandbox.attach(info.id(), begin)) {
                if (follow || info.ending().isPresent()) {
                    return PassThrough.watch(attached);
                }
                if (begin < info.written()) { // otherwise the next byte may be long in coming
                    copy(attached.output(), info.written());
                }
                return 0;
            }
        }
    }

    /** What was written when we looked; what comes later is for those who follow. */
    private static void copy(Iterator<Output> output, long end) throws IOException {
        var streams = new Streams();
        for (long at = 0; at < end && output.hasNext(); ) {
            Output next = output.next();
            at = next.end();
            streams.write(next);
        }
    }

    private void list(List<CommandInfo> commands) {
        if (json) {
            Json.print(Json.<CommandInfo>array(commands, Json::of));
            return;
        }
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("ID", "STATE", "AGE", "OUTPUT", "COMMAND"));
        for (CommandInfo info : commands) {
            rows.add(List.of(
                    info.id().toString(),
                    info.ending().map(Json::word).orElse("running"),
                    Text.age(info.startedAt()),
                    Text.bytes(info.written()),
                    info.argv().stream().map(Text::word).collect(Collectors.joining(" "))
                            + (info.argvCut() ? " ..." : "")));
        }
        System.out.print(Text.table(rows));
    }
}
