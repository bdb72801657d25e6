package dev.sandjar.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The program: which verbs there are. */
@Command(
        name = "sandjar",
        description = "A computer of their own for agents and other untrusted code, in milliseconds.",
        synopsisSubcommandLabel = "VERB",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.Provider.class,
        commandListHeading = "%nVerbs (sandjar VERB --help says more):%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%n",
        footer = {
            "Examples:",
            "  sandjar run -- python3 -c 'print(40 + 2)'    a sandbox for one command",
            "  id=$(sandjar create)                         one that stays, for an hour",
            "  sandjar exec $id -- sh -c 'echo hi > a'      a command in it",
            "  sandjar cp $id:a .                           a file out of it",
            "  sandjar rm $id                               gone, with everything in it",
            "",
            "Where: this machine, a cluster by --runtime kubernetes, or a server named by --server or SANDBOX_API_URL.",
            "These options stand before the verb or behind it.",
            "",
            Sandjar.EXIT_CODES
        })
final class Sandjar implements Runnable {
    /** How help ends for verbs that run a command. */
    static final String EXIT_CODES =
            "Exit codes: the command's own; 2 wrong usage, 124 timed out, 125 sandjar itself failed,"
                    + " 126 cannot be run, 127 not found, 128+N signal N, 255 sandbox lost.";

    /** And for those that run none. */
    static final String PLAIN_EXIT_CODES = "Exit codes: 0 done, 2 wrong usage, 125 it failed, 255 sandbox lost.";

    private static final Map<String, Class<?>> VERBS = new LinkedHashMap<>();

    static {
        VERBS.put("run", RunCommand.class);
        VERBS.put("create", CreateCommand.class);
        VERBS.put("ls", LsCommand.class);
        VERBS.put("info", InfoCommand.class);
        VERBS.put("exec", ExecCommand.class);
        VERBS.put("attach", AttachCommand.class);
        VERBS.put("ssh", SshCommand.class);
        VERBS.put("tunnel", TunnelCommand.class);
        VERBS.put("url", UrlCommand.class);
        VERBS.put("cp", CpCommand.class);
        VERBS.put("logs", LogsCommand.class);
        VERBS.put("ps", PsCommand.class);
        VERBS.put("kill", KillCommand.class);
        VERBS.put("stats", StatsCommand.class);
        VERBS.put("pause", PauseCommand.class);
        VERBS.put("stop", StopCommand.class);
        VERBS.put("resume", ResumeCommand.class);
        VERBS.put("extend", ExtendCommand.class);
        VERBS.put("rm", RmCommand.class);
        VERBS.put("images", ImagesCommand.class);
        VERBS.put("serve", ServeCommand.class);
        VERBS.put("doctor", DoctorCommand.class);
        VERBS.put("completion", CompletionCommand.class);
        VERBS.put("version", VersionCommand.class);
        VERBS.put("help", HelpCommand.class);
    }

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    public static void main(String[] args) {
        Exit.now(execute(args));
    }

    static int execute(String... typed) {
        String[] args = words(typed);
        try {
            return commandLine(args).execute(args);
        } catch (Throwable mistake) { // picocli hands us exceptions; this is what is worse
            System.err.println("sandjar: " + Text.safe(mistake.toString()));
            return Complaints.FAILED;
        }
    }

    /** As picocli shall read them: the verb first, and nothing behind one that there is not, or --help there would win. */
    static String[] words(String... typed) {
        String[] words = PlaceFirst.verbFirst(typed);
        boolean unknown = words.length > 0 && !words[0].startsWith("-") && !VERBS.containsKey(words[0]);
        return unknown ? new String[] {words[0]} : words;
    }

    /** With the one verb that is asked for: reading the annotations of all takes longer than most verbs do. */
    static CommandLine commandLine(String... args) {
        Class<?> asked = args.length == 0 || args[0].equals("help") ? null : VERBS.get(args[0]);
        CommandLine line = new CommandLine(new Sandjar());
        if (asked != null) {
            line.addSubcommand(args[0], asked);
        } else {
            VERBS.forEach(line::addSubcommand);
        }
        line.getSubcommands()
                .values()
                .forEach(verb -> verb.getCommandSpec().versionProvider(new VersionCommand.Provider()));
        for (String startsCommand : List.of("run", "exec")) {
            CommandLine verb = line.getSubcommands().get(startsCommand);
            if (verb != null) {
                verb.setStopAtPositional(true); // what follows belongs to the command
            }
        }
        line.registerConverter(Double.class, text -> number(text, Double::valueOf, "a number"));
        line.registerConverter(Integer.class, text -> number(text, Integer::valueOf, "a whole number"));
        line.registerConverter(Long.class, text -> number(text, Long::valueOf, "a whole number"));
        return line.setExecutionExceptionHandler(new Complaints())
                .setParameterExceptionHandler(new Complaints())
                .setHelpFactory(HelpLines::of);
    }

    private static <T> T number(String text, Function<String, T> parse, String allowed) {
        try {
            return parse.apply(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException('"' + text + "\" is not allowed, only " + allowed);
        }
    }
}
