package dev.sandjar.cli;

import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The program: which verbs there are. */
@Command(
        name = "sandjar",
        description = "A computer of their own for agents and other untrusted code, in milliseconds.",
        subcommands = {
            RunCommand.class,
            CreateCommand.class,
            LsCommand.class,
            InfoCommand.class,
            ExecCommand.class,
            CpCommand.class,
            LogsCommand.class,
            StatsCommand.class,
            PauseCommand.class,
            ResumeCommand.class,
            ExtendCommand.class,
            RmCommand.class,
            ImagesCommand.class,
            DoctorCommand.class,
            VersionCommand.class,
            GenerateCompletion.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.Provider.class,
        footer = {
            "",
            "Examples:",
            "  sandjar run -- python3 -c 'print(40 + 2)'    a sandbox for one command",
            "  id=$(sandjar create)                         one that stays, for an hour",
            "  sandjar exec $id -- sh -c 'echo hi > a'      a command in it",
            "  sandjar cp $id:a .                           a file out of it",
            "  sandjar rm $id                               gone, with everything in it",
            "",
            "Where: this machine, or a server named by --server or SANDBOX_API_URL.",
            "Exit codes: a command's own; 2 wrong usage, 124 timed out, 125 sandjar itself failed, 255 sandbox lost."
        })
final class Sandjar implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    public static void main(String[] args) {
        Exit.now(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Sandjar())
                .setExecutionExceptionHandler(new Complaints())
                .setParameterExceptionHandler(new Complaints())
                .setStopAtPositional(false)
                .setUsageHelpAutoWidth(true);
    }
}
