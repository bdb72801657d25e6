package dev.sandjar.tools;

import dev.sandjar.CommandSpec;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The tools of one sandbox, as an adapter offers them to a model: {@link ToolWords} names and describes each. Any number of threads may call them at once.
 *
 * <p>Arguments come as the model sent them: one that is left out is null, one that is wrong is told. Results are texts for the model; each begins with words of ours,
 * never with what a program wrote. What goes wrong in a way that the model can mend (no such file, a time limit, a full disk) is a result as well. What
 * only the program can mend is thrown, with a message that is fit for the model too: {@code SANDBOX_NOT_FOUND} and {@code SANDBOX_LOST} (gone),
 * {@code INVALID_STATE} (paused), {@code UNAUTHENTICATED}, {@code INTERRUPTED}, {@code INTERNAL}.
 */
public final class ToolSet {
    static final int SHORTEST_SECONDS = 1;
    static final int LONGEST_SECONDS = 3_600;
    static final int USUAL_SECONDS = 120;

    /** Bytes of output, file or list in one result: some 5 000 tokens, so that ten calls fit any model. */
    private static final int MOST = 16 * 1024;

    /** The kernel takes 131 072 bytes for one argument (MAX_ARG_STRLEN), a character may be three. */
    private static final int LONGEST_ARGUMENT = 40_000;

    /** Python keeps back what it prints into a pipe: then a stack trace would stand before what was printed before it. */
    private static final Map<String, String> ENVIRONMENT = Map.of("PYTHONUNBUFFERED", "1");

    private final Sandbox sandbox;
    private final String workspace;
    private final TextFiles files;
    private final Lock editing = new ReentrantLock(); // held from an edit's reading of a file to its writing

    /**
     * The tools of a sandbox, which stays its owner's to close.
     *
     * @param sandbox what the model may do as it likes with
     * @throws SandboxException {@code SANDBOX_NOT_FOUND} when it is gone already
     */
    public ToolSet(Sandbox sandbox) {
        this.sandbox = sandbox;
        workspace = sandbox.info().workspace();
        files = new TextFiles(sandbox.files(), MOST);
    }

    /**
     * Runs a shell command to its end, in the workspace.
     *
     * @param command for {@code bash -c}, or {@code sh -c} where there is no bash
     * @param timeoutSeconds 1 to 3600; 120 when null
     * @return how it ended, a line feed, and its output: both streams together, at most 16 KiB from its two ends
     */
    public String runCommand(@Nullable String command, @Nullable Integer timeoutSeconds) {
        return Answers.of("the command", () -> {
            String script = given("command", command);
            Duration limit = limit(timeoutSeconds);
            return script.length() > LONGEST_ARGUMENT
                    ? code(Language.BASH, script, limit).text()
                    : run(Language.command(script), limit).text();
        });
    }

    /**
     * Runs a piece of code to its end, in the workspace.
     *
     * @param language as {@link Language#of}
     * @param code the whole program
     * @param timeoutSeconds 1 to 3600; 120 when null
     * @return as {@link #runCommand}
     */
    public String runCode(@Nullable String language, @Nullable String code, @Nullable Integer timeoutSeconds) {
        return Answers.of(
                "the code",
                () -> code(Language.of(given("language", language)), given("code", code), limit(timeoutSeconds))
                        .text());
    }

    /**
     * Runs a piece of code for a program that wants what it prints.
     *
     * @param language what reads the code
     * @param code the whole program; killed after 120 seconds
     * @return its output alone when it ended with exit code 0, otherwise as {@link #runCode}
     */
    public String execute(Language language, @Nullable String code) {
        return Answers.of("the code", () -> {
            CommandReport report = code(language, given("code", code), limit(null));
            return report.succeeded() ? report.output() : report.text();
        });
    }

    /**
     * Reads some lines of a text file.
     *
     * @param path relative to the workspace, or absolute
     * @param fromLine 1 or more; 1 when null
     * @param lineCount 1 or more; as many as fit when null
     * @return which lines these are, a line feed, and at most 16 KiB of the file; or that it is binary
     */
    public String readFile(@Nullable String path, @Nullable Integer fromLine, @Nullable Integer lineCount) {
        return Answers.of(
                "reading the file",
                () -> files.read(
                        given("path", path),
                        between("fromLine", fromLine, 1, 1, Integer.MAX_VALUE),
                        between("lineCount", lineCount, Integer.MAX_VALUE, 1, Integer.MAX_VALUE)));
    }

    /**
     * Writes a text file, replacing one that is there.
     *
     * @param path relative to the workspace, or absolute
     * @param content the whole text
     * @return how many bytes were written
     */
    public String writeFile(@Nullable String path, @Nullable String content) {
        return Answers.of("writing the file", () -> {
            var written = sandbox.files().write(given("path", path), given("content", content));
            return "wrote " + written.size() + " bytes to " + path;
        });
    }

    /**
     * Replaces one piece of text in a file; its other bytes stay as they are, be they text or not.
     *
     * @param path relative to the workspace, or absolute; of a file of at most 4 MiB
     * @param oldText what stands there exactly once
     * @param newText what shall stand there instead
     * @return which line was changed
     */
    public String editFile(@Nullable String path, @Nullable String oldText, @Nullable String newText) {
        return Answers.of("editing the file", () -> {
            editing.lockInterruptibly();
            try {
                return files.edit(given("path", path), given("oldText", oldText), given("newText", newText));
            } finally {
                editing.unlock();
            }
        });
    }

    /**
     * Lists a folder.
     *
     * @param path relative to the workspace, or absolute; the workspace when null
     * @return how many entries, a line feed, and a line for each, at most 16 KiB
     */
    public String listFiles(@Nullable String path) {
        return Answers.of("listing the folder", () -> files.list(path == null || path.isEmpty() ? "." : path));
    }

    private CommandReport run(List<String> argv, Duration limit) throws InterruptedException {
        var output = new HeadAndTail(MOST);
        var command = CommandSpec.builder(argv)
                .env(ENVIRONMENT)
                .cwd(workspace)
                .limit(limit)
                .build();
        return new CommandReport(sandbox.run(command, output), output.text());
    }

    /** The code lies in a file meanwhile, and not in the workspace: there the model's own "git add" would find it. */
    private CommandReport code(Language language, String code, Duration limit) throws InterruptedException {
        String file = "/tmp/.sandjar-code-" + UUID.randomUUID();
        try {
            sandbox.files().write(file, code);
            return run(language.argv(file), limit);
        } finally {
            remove(file);
        }
    }

    private void remove(String file) {
        try {
            sandbox.files().remove(file);
        } catch (SandboxException gone) {
            // it went with its sandbox, or the code has removed it
        }
    }

    private static String given(String name, @Nullable String argument) {
        if (argument == null) {
            throw SandboxException.invalid(name, "missing", "a text");
        }
        return argument;
    }

    private static Duration limit(@Nullable Integer seconds) {
        return Duration.ofSeconds(between("timeoutSeconds", seconds, USUAL_SECONDS, SHORTEST_SECONDS, LONGEST_SECONDS));
    }

    private static int between(String name, @Nullable Integer value, int usual, int least, int most) {
        if (value == null) {
            return usual;
        }
        if (value < least || value > most) {
            throw SandboxException.invalid(name, value, least + " to " + most);
        }
        return value;
    }
}
