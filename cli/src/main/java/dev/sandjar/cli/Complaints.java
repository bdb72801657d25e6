package dev.sandjar.cli;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;

/** What went wrong in one sentence, and the next thing to do. */
final class Complaints implements CommandLine.IExecutionExceptionHandler, CommandLine.IParameterExceptionHandler {
    static final int USAGE = 2;
    static final int FAILED = 125;
    static final int INTERRUPTED = 130;
    static final int PIPE_BROKEN = 141; // as a shell says of a program that SIGPIPE has ended
    static final int LOST = 255;

    @Override
    public int handleExecutionException(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
        if (e instanceof InterruptedException) {
            return INTERRUPTED;
        }
        if (e instanceof IOException && "Broken pipe".equals(e.getMessage())) {
            return PIPE_BROKEN; // whoever read has what it wanted
        }
        return tell(e, command);
    }

    /** The exit code that the exception means, after telling what happened. */
    static int tell(Exception e, CommandLine verb) {
        PrintWriter err = verb.getErr();
        err.println("sandjar: " + Text.safe(AsTyped.sentence(sentence(e), verb.getCommandSpec())));
        String remedy = remedy(e, verb);
        if (!remedy.isEmpty()) {
            err.println("         " + Text.safe(remedy));
        }
        if (System.getenv("SANDJAR_DEBUG") != null) {
            e.printStackTrace(err);
        }
        err.flush();
        return code(e);
    }

    private static int code(Exception e) {
        if (!(e instanceof SandboxException known)) {
            return FAILED;
        }
        return switch (known.code()) {
            case SANDBOX_LOST -> LOST;
            case INVALID_ARGUMENT -> USAGE;
            default -> FAILED;
        };
    }

    private static String sentence(Exception e) {
        return switch (e) {
            case SandboxException known -> String.valueOf(known.getMessage());
            case NoSuchFileException missing -> "there is no " + missing.getFile() + " here";
            case AccessDeniedException denied -> denied.getFile() + " may not be read or written by you";
            case FileAlreadyExistsException there -> there.getFile() + " is there already, and of another kind";
            case NotDirectoryException file -> file.getFile() + " is no folder";
            case DirectoryNotEmptyException folder -> folder.getFile() + " is a folder that is not empty";
            case FileSystemException file -> String.valueOf(file.getMessage());
            case IOException io
            when io.getCause() instanceof SandboxException known -> String.valueOf(known.getMessage());
            case IOException io -> String.valueOf(io.getMessage());
            default -> "a mistake of ours: " + e;
        };
    }

    private static String remedy(Exception e, CommandLine verb) {
        return switch (e) {
            case SandboxException known when known.remedy().equals("send a value that is allowed") -> seeHelp(verb);
            case SandboxException known
            when known.code() == ErrorCode.SANDBOX_NOT_FOUND ->
                "it may have expired, been removed, or be at another place (--server, SANDBOX_API_URL); run: sandjar ls";
            case SandboxException known
            when known.code() == ErrorCode.UNAUTHENTICATED && known.remedy().contains("header") ->
                "set SANDBOX_API_TOKEN to a token that this server knows; on its machine: cat ~/.config/sandjar/token";
            case SandboxException known -> known.remedy();
            case IOException io when io.getCause() instanceof SandboxException known -> known.remedy();
            case IOException _ -> "";
            default -> "SANDJAR_DEBUG=1 in front of the same command says more";
        };
    }

    @Override
    public int handleParseException(CommandLine.ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("sandjar: " + Text.safe(unknownVerb(e).orElseGet(() -> sentence(e))));
        err.println("         " + seeHelp(command));
        err.flush();
        return USAGE;
    }

    private static String seeHelp(CommandLine verb) {
        return "run: " + verb.getCommandSpec().qualifiedName() + " --help";
    }

    /**
     * Picocli stutters: "Value for option option '--env' (NAME=VALUE) should be in KEY=VALUE format but was FOO", and
     * is learned: "Error: --json, --quiet are mutually exclusive (specify only one)".
     */
    private static String sentence(CommandLine.ParameterException e) {
        String message = String.valueOf(e.getMessage());
        return e instanceof CommandLine.MutuallyExclusiveArgsException
                ? message.replaceFirst("^Error: (.*), (.*) are mutually exclusive.*$", "say $1 or $2, not both")
                : message.replace("option option ", "option ");
    }

    private static Optional<String> unknownVerb(CommandLine.ParameterException e) {
        Map<String, CommandLine> verbs = e.getCommandLine().getSubcommands();
        if (!(e instanceof CommandLine.UnmatchedArgumentException unmatched)
                || verbs.isEmpty()
                || unmatched.getUnmatched().getFirst().startsWith("-")) {
            return Optional.empty();
        }
        String typed = unmatched.getUnmatched().getFirst();
        List<String> near = Suggestions.of(typed, verbs.keySet());
        String question = near.isEmpty() ? "" : ". Did you mean " + String.join(" or ", near) + "?";
        return Optional.of("there is no verb \"" + typed + "\"" + question);
    }
}
