package dev.sandjar.compat.orbiter;

import dev.sandjar.CommandResult;
import dev.sandjar.CommandSpec;
import dev.sandjar.Ending;
import dev.sandjar.SandboxException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A shell inside the sandbox. What keeps it from harm is the sandbox's isolation: the list of blocked programs looks at the first word only, and is no more
 * than a word of advice to a model.
 */
public final class TerminalTool implements Tool {
    /** What is blocked when nobody says otherwise. */
    public static final Set<String> DEFAULT_BLACKLIST = Set.of(
            "rm",
            "rmdir",
            "mkfs",
            "dd",
            "shutdown",
            "reboot",
            "halt",
            "poweroff",
            "kill",
            "killall",
            "pkill",
            "format",
            "del",
            "erase",
            "rd");
    /** How long a command may take when nobody says otherwise. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
    /** Characters of each stream that a result has at most. */
    public static final int LARGEST_OUTPUT = 10_000;

    private static final Duration SHORTEST_LIMIT =
            Duration.ofSeconds(1); // of a command; a call's is enforced by its caller

    private final Set<String> blacklist;
    private final Duration timeout;

    /** With the default list and timeout. */
    public TerminalTool() {
        this(DEFAULT_BLACKLIST, DEFAULT_TIMEOUT);
    }

    /**
     * With a list of one's own.
     *
     * @param blacklist programs, without their folders; upper and lower case are the same
     * @param timeout 1 second to 8 hours; the sandbox's own counts where it is shorter
     */
    public TerminalTool(Set<String> blacklist, Duration timeout) {
        if (timeout.compareTo(SHORTEST_LIMIT) < 0 || timeout.compareTo(Duration.ofHours(8)) > 0) {
            throw SandboxException.invalid("timeout", Settings.seconds(timeout), "1 to 28800 seconds");
        }
        this.blacklist = Set.copyOf(
                blacklist.stream().map(word -> word.toLowerCase(Locale.ROOT)).toList());
        this.timeout = timeout;
    }

    @Override
    public String name() {
        return "terminal";
    }

    @Override
    public String description() {
        return "Runs a command in a shell inside the sandbox, in its first workspace directory.";
    }

    @Override
    public Map<String, Object> parameters() {
        return Arguments.schema(1, Map.of("command", "what /bin/sh reads"));
    }

    /**
     * Runs {@code command} to its end.
     *
     * @return {@code exit_code}, {@code stdout}, {@code stderr} ({@value #LARGEST_OUTPUT} characters each at most; where it was more,
     *     the last line says how much is missing), {@code platform}
     */
    @Override
    public Map<String, Object> run(Map<String, Object> arguments, ToolContext context) throws InterruptedException {
        String command = new Arguments(name(), arguments, List.of("command"))
                .required("command")
                .strip();
        if (command.isEmpty()) {
            throw new ToolException("Empty command");
        }
        refuseBlocked(command);
        Duration limit = timeout.compareTo(context.limit()) < 0 ? timeout : context.limit();
        CommandResult result = started(command, context, limit);
        if (result.ending() instanceof Ending.TimedOut) {
            throw new ToolException("Command timed out after " + Settings.seconds(limit) + "s");
        }
        if (result.ending() instanceof Ending.Lost) {
            throw new ToolException("Command execution failed: the sandbox was lost meanwhile");
        }
        var answer = new LinkedHashMap<String, Object>();
        answer.put("exit_code", result.exitCode());
        answer.put("stdout", capped(result.stdout(), result.dropped()));
        answer.put("stderr", capped(result.stderr(), 0));
        answer.put("platform", "linux");
        return answer;
    }

    private static CommandResult started(String command, ToolContext context, Duration limit)
            throws InterruptedException {
        try {
            return context.sandbox()
                    .run(CommandSpec.builder(List.of("/bin/sh", "-c", command))
                            .cwd(context.home())
                            .limit(limit.compareTo(SHORTEST_LIMIT) < 0 ? SHORTEST_LIMIT : limit)
                            .build());
        } catch (SandboxException e) {
            throw new ToolException("Command execution failed: " + e.getMessage(), e);
        }
    }

    private void refuseBlocked(String command) {
        String first = command.split("\\s+", 2)[0];
        String program = first.substring(first.lastIndexOf('/') + 1);
        if (blacklist.contains(program.toLowerCase(Locale.ROOT))) {
            throw new ToolException("Command '" + program + "' is blocked by sandbox policy");
        }
    }

    private static String capped(String text, long dropped) {
        int whole = text.codePointCount(0, text.length());
        if (whole <= LARGEST_OUTPUT && dropped == 0) {
            return text;
        }
        String kept = text.substring(0, text.offsetByCodePoints(0, Math.min(whole, LARGEST_OUTPUT)));
        int missing = Math.max(0, whole - LARGEST_OUTPUT);
        return kept + "\n[" + missing + " more characters"
                + (dropped > 0 ? " and " + dropped + " more bytes" : "")
                + " are left out; write them to a file to have them all]";
    }
}
