package dev.sandjar.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** What shells need to complete our words. */
@Command(
        name = "completion",
        description = "Print a script that completes verbs and options.",
        mixinStandardHelpOptions = true,
        footerHeading = "%n",
        footer = {
            "Examples:",
            "  source <(sandjar completion bash)      in ~/.bashrc",
            "  source <(sandjar completion zsh)       in ~/.zshrc, after compinit",
            "  sandjar completion bash > /etc/bash_completion.d/sandjar",
            "",
            Sandjar.PLAIN_EXIT_CODES
        })
final class CompletionCommand implements Callable<Integer> {
    /** Shells that we have a script for. */
    enum Shell {
        /** The one most have. */
        bash,
        /** By its bash emulation. */
        zsh
    }

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}")
    private Shell shell;

    @Override
    public Integer call() {
        String script = AutoComplete.bash("sandjar", Sandjar.commandLine()); // fits both: it asks which shell reads it
        System.out.print(shell == Shell.zsh ? "autoload -U +X bashcompinit && bashcompinit\n" + script : script);
        return 0;
    }
}
