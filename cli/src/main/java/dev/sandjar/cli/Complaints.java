package dev.sandjar.cli;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import java.io.PrintWriter;
import picocli.CommandLine;

/** What went wrong in one sentence, and the next thing to do. */
final class Complaints implements CommandLine.IExecutionExceptionHandler, CommandLine.IParameterExceptionHandler {
    static final int USAGE = 2;
    static final int FAILED = 125;
    static final int LOST = 255;

    @Override
    public int handleExecutionException(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
        PrintWriter err = command.getErr();
        if (!(e instanceof SandboxException known)) {
            err.println("sandjar: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
            return FAILED;
        }
        err.println("sandjar: " + Text.safe(String.valueOf(known.getMessage())));
        if (!known.remedy().isEmpty()) {
            err.println("         " + Text.safe(known.remedy()));
        }
        if (System.getenv("SANDJAR_DEBUG") != null) {
            known.printStackTrace(err);
        }
        return known.code() == ErrorCode.SANDBOX_LOST ? LOST : FAILED;
    }

    @Override
    public int handleParseException(CommandLine.ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("sandjar: " + Text.safe(String.valueOf(e.getMessage())));
        CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
        err.println("         run: " + command.getCommandSpec().qualifiedName() + " --help");
        return USAGE;
    }
}
