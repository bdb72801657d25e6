package dev.sandjar.cli;

import dev.sandjar.SandboxException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** What to type next. The API's remedies are for all who use it; where this program has a command for one, it is named, with the sandbox as it was typed. */
final class NextStep {
    private NextStep() {}

    /** As a line of its own; empty when there is nothing to do. */
    static String after(Exception e, CommandLine verb) {
        return switch (e) {
            case SandboxException known -> after(known, verb);
            case IOException io when io.getCause() instanceof SandboxException known -> after(known, verb);
            case FileSystemException file when file.getReason() == null -> look(file.getFile()); // not for a full disk
            case IOException _ -> "";
            default -> "SANDJAR_DEBUG=1 in front of the same command says more";
        };
    }

    static String help(CommandLine verb) {
        return "run: " + verb.getCommandSpec().qualifiedName() + " --help";
    }

    private static String after(SandboxException e, CommandLine verb) {
        if (e.remedy().contains("sandjar ")) {
            return e.remedy(); // it is of this program already
        }
        return switch (e.code()) {
            case INVALID_ARGUMENT -> e.remedy().equals("send a value that is allowed") ? help(verb) : e.remedy();
            case SANDBOX_NOT_FOUND ->
                "it may have expired, been removed, or be at another place (--server, SANDBOX_API_URL); run: sandjar ls";
            case UNAUTHENTICATED ->
                e.remedy().startsWith("send ")
                        ? "set SANDBOX_API_TOKEN to a token that this server knows; on its machine: cat ~/.config/sandjar/token"
                        : e.remedy();
            case UNAVAILABLE ->
                e.remedy().startsWith("start it,")
                        ? server(verb) + " names it: correct that, or start one there: sandjar serve"
                        : e.remedy();
            case INVALID_STATE ->
                e.remedy().equals("resume it first") ? "run: sandjar resume " + sandbox(verb) : e.remedy();
            case COMMAND_NOT_FOUND -> "run: sandjar logs " + sandbox(verb);
            case PROCESS_NOT_FOUND -> "run: sandjar ps " + sandbox(verb);
            case FILE_NOT_FOUND, PERMISSION_DENIED ->
                verb.getCommandName().equals("cp")
                        ? "look what is there: sandjar exec " + sandbox(verb) + " -- ls -la " + folder(verb)
                        : e.remedy();
            case SANDBOX_LOST -> "make a new one: sandjar create";
            default -> e.remedy();
        };
    }

    /** Of this machine: what is there. */
    private static String look(@Nullable String file) {
        Path folder = file == null ? null : Path.of(file).getParent();
        return "look what is there: ls -la " + (folder == null ? "." : Text.word(folder.toString()));
    }

    /** What has named the server. */
    private static String server(CommandLine verb) {
        return Stream.of("--server", "--place")
                .filter(verb.getParseResult()::hasMatchedOption)
                .findFirst()
                .orElse("SANDBOX_API_URL");
    }

    /** The only sandbox that was named. */
    private static String sandbox(CommandLine verb) {
        List<String> named = Stream.concat(
                        positional(verb, "SANDBOX"), inside(verb).stream().map(CpCommand.Inside::sandbox))
                .toList();
        return named.size() == 1 ? Text.word(named.getFirst()) : "SANDBOX";
    }

    /** Of the path in a sandbox that is copied. */
    private static String folder(CommandLine verb) {
        String path = inside(verb).map(CpCommand.Inside::path).orElse("").replaceFirst("/+$", "");
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "." : slash == 0 ? "/" : Text.word(path.substring(0, slash));
    }

    private static Optional<CpCommand.Inside> inside(CommandLine verb) {
        return Stream.concat(positional(verb, "FROM"), positional(verb, "TO"))
                .flatMap(path -> CpCommand.Inside.parse(path).stream())
                .findFirst();
    }

    private static Stream<String> positional(CommandLine verb, String label) {
        return verb.getParseResult().matchedPositionals().stream()
                .filter(one -> one.paramLabel().equals(label))
                .flatMap(one -> one.originalStringValues().stream());
    }
}
