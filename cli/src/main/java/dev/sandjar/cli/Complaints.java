package dev.sandjar.cli;

import dev.sandjar.SandboxException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
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
        String remedy = NextStep.after(e, verb);
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

    @Override
    public int handleParseException(CommandLine.ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("sandjar: "
                + Text.safe(unknownVerb(e).or(() -> unknownOption(e)).orElseGet(() -> sentence(e))));
        err.println("         " + NextStep.help(command));
        err.flush();
        return USAGE;
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
        return Optional.of("there is no verb \"" + typed + "\"" + question(typed, verbs.keySet()));
    }

    /** Picocli would name the words behind it too. */
    private static Optional<String> unknownOption(CommandLine.ParameterException e) {
        if (!(e instanceof CommandLine.UnmatchedArgumentException unmatched)
                || !unmatched.getUnmatched().getFirst().startsWith("-")) {
            return Optional.empty();
        }
        String typed = unmatched.getUnmatched().getFirst().replaceFirst("=.*", "");
        return Optional.of("there is no option \"" + typed + "\"" + question(typed, options(e.getCommandLine())));
    }

    /** As they are written out; one letter is like any other. */
    private static List<String> options(CommandLine verb) {
        return verb.getCommandSpec().options().stream()
                .flatMap(option -> Stream.of(option.names()))
                .filter(name -> name.startsWith("--"))
                .toList();
    }

    private static String question(String typed, Collection<String> words) {
        List<String> near = Suggestions.of(typed, words);
        return near.isEmpty() ? "" : ". Did you mean " + String.join(" or ", near) + "?";
    }
}
