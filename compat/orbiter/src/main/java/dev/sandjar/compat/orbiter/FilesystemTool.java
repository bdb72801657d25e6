package dev.sandjar.compat.orbiter;

import dev.sandjar.CommandResult;
import dev.sandjar.CommandSpec;
import dev.sandjar.ErrorCode;
import dev.sandjar.FileInfo;
import dev.sandjar.SandboxException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Files inside the sandbox: reads, writes, lists and searches them, in its workspace directories only. Links are followed before that is
 * looked at. Code that runs in the sandbox meanwhile could put another link in between; it could as well read the file itself.
 */
public final class FilesystemTool implements Tool {
    /** Bytes that a file may have to be read at most. */
    public static final int LARGEST_READ = 10 << 20;
    /** What a search returns at most. */
    public static final int MOST_MATCHES = 1_000;

    private static final String ACTIONS = "read, write, list or search";

    /** Each word as it is once all links are followed, with a NUL behind; what does not exist yet hangs on to what does. */
    private static final String RESOLVE = """
            for p in "$@"; do
                rest=
                while [ ! -e "$p" ] && [ ! -L "$p" ]; do
                    rest="/${p##*/}$rest"; p=${p%/*}; p=${p:-/}
                done
                p=$(readlink -f "$p" && echo x) || exit 1
                p=${p%?x}
                [ "$p" != / ] || [ -z "$rest" ] || p=
                printf '%s%s\\0' "$p" "$rest"
            done""";

    /** For any sandbox: what it may touch, each call says. */
    public FilesystemTool() {}

    @Override
    public String name() {
        return "filesystem";
    }

    @Override
    public String description() {
        return "Reads, writes, lists and searches files inside the sandbox, in its workspace directories.";
    }

    @Override
    public Map<String, Object> parameters() {
        var texts = new LinkedHashMap<String, String>();
        texts.put("action", ACTIONS);
        texts.put("path", "of a file, or of a folder to list or search; relative to the first workspace directory");
        texts.put("content", "for write: the file's text; for search: a text that the files must have");
        texts.put("pattern", "for search: of the files' names, such as *.py");
        return Arguments.schema(2, texts);
    }

    /**
     * Does one {@code action} at {@code path}.
     *
     * @return for read the path and the content; for write the path, a message, and {@code bytes_written}; for list the directory, and its
     *     entries, each with its name and type ({@code dir} or {@code file}), by name; for search the directory, the matches (paths, sorted), and whether they were
     *     {@code truncated}
     */
    @Override
    public Map<String, Object> run(Map<String, Object> arguments, ToolContext context) throws InterruptedException {
        var given = new Arguments(name(), arguments, List.of("action", "path", "content", "pattern"));
        String action = given.required("action");
        String said = given.required("path");
        return switch (action) {
            case "read" -> read(said, resolved(said, context), context);
            case "write" -> {
                String content = given.text("content")
                        .orElseThrow(() -> new ToolException("'content' is required for write action"));
                yield write(said, resolved(said, context), content, context);
            }
            case "list" -> list(said, resolved(said, context), context);
            case "search" ->
                search(resolved(said, context), given.text("pattern").orElse("*"), given.text("content"), context);
            default -> throw new ToolException("Unknown filesystem action: " + action);
        };
    }

    private static Map<String, Object> read(String said, String path, ToolContext context) {
        try (InputStream file = context.sandbox().files().open(path)) {
            byte[] bytes = file.readNBytes(LARGEST_READ + 1);
            if (bytes.length > LARGEST_READ) {
                throw new ToolException("Read failed: it has more than " + LARGEST_READ
                        + " bytes; read a part of it by a command, such as head");
            }
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return Map.of("path", path, "content", text);
        } catch (CharacterCodingException e) {
            throw new ToolException("Read failed: it is not UTF-8 text", e);
        } catch (IOException e) {
            throw new ToolException("Read failed: " + e.getMessage(), e);
        } catch (SandboxException e) {
            throw e.code() == ErrorCode.FILE_NOT_FOUND
                    ? new ToolException("File not found: " + said, e)
                    : new ToolException("Read failed: " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> write(String said, String path, String content, ToolContext context) {
        try {
            FileInfo written = context.sandbox().files().write(path, content);
            return Map.of(
                    "path",
                    path,
                    "message",
                    "Wrote " + content.codePointCount(0, content.length()) + " chars to " + said,
                    "bytes_written",
                    written.size());
        } catch (SandboxException e) {
            throw new ToolException("Write failed: " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> list(String said, String path, ToolContext context) {
        requireFolder(said, path, context);
        try {
            List<Map<String, String>> entries = context.sandbox().files().list(path).stream()
                    .map(one ->
                            Map.of("name", one.name(), "type", one.type() == FileInfo.Type.DIRECTORY ? "dir" : "file"))
                    .toList();
            return Map.of("directory", path, "entries", entries);
        } catch (SandboxException e) {
            throw new ToolException("List failed: " + e.getMessage(), e);
        }
    }

    private static void requireFolder(String said, String path, ToolContext context) {
        try {
            FileInfo.Type type = context.sandbox().files().stat(path).type();
            if (type != FileInfo.Type.DIRECTORY && type != FileInfo.Type.SYMLINK) {
                throw new ToolException("Not a directory: " + said);
            }
        } catch (SandboxException e) {
            throw e.code() == ErrorCode.FILE_NOT_FOUND
                    ? new ToolException("Directory not found: " + said, e)
                    : new ToolException("List failed: " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> search(
            String path, String pattern, Optional<String> content, ToolContext context) throws InterruptedException {
        requireFolder(path, path, context);
        var argv = new ArrayList<>(List.of("find", path, "-type", "f", "-name", pattern));
        content.ifPresent(text -> argv.addAll(List.of("-exec", "grep", "-qF", "-e", text, "{}", ";")));
        argv.add("-print0");
        CommandResult found = command("Search failed: ", argv, context);
        List<String> all = parts(found);
        return Map.of(
                "directory",
                path,
                "matches",
                all.stream().sorted().limit(MOST_MATCHES).toList(),
                "truncated",
                all.size() > MOST_MATCHES || found.dropped() > 0);
    }

    /** The path with every link followed; where there are workspace directories, it is in one of them. */
    private static String resolved(String said, ToolContext context) throws InterruptedException {
        String path = clean(said.startsWith("/") ? said : context.home() + "/" + said);
        if (context.workspace().isEmpty()) {
            return path;
        }
        var words = new ArrayList<>(List.of("/bin/sh", "-c", RESOLVE, "resolve", path));
        words.addAll(context.workspace());
        CommandResult result = command("Path '" + said + "' cannot be looked at: ", words, context);
        List<String> parts = parts(result);
        if (result.exitCode() != 0 || parts.size() != words.size() - 4) {
            throw outside(said);
        }
        String real = parts.getFirst();
        boolean climbs = List.of(real.split("/")).contains("..");
        if (climbs || parts.stream().skip(1).noneMatch(folder -> isIn(folder, real))) {
            throw outside(said);
        }
        return real;
    }

    private static boolean isIn(String folder, String path) {
        return path.equals(folder) || path.startsWith(folder.endsWith("/") ? folder : folder + "/");
    }

    /** Without empty steps and such as lead nowhere; {@code ..} is left to the kernel, which knows the links. */
    private static String clean(String path) {
        if (path.indexOf('\0') >= 0) {
            throw new ToolException("A path has no NUL");
        }
        var steps = new ArrayList<String>();
        for (String step : path.split("/")) {
            if (!step.isEmpty() && !step.equals(".")) {
                steps.add(step);
            }
        }
        return "/" + String.join("/", steps);
    }

    private static CommandResult command(String failed, List<String> argv, ToolContext context)
            throws InterruptedException {
        Duration least = Duration.ofSeconds(1);
        Duration limit = context.limit().compareTo(least) < 0 ? least : context.limit();
        try {
            return context.sandbox()
                    .run(CommandSpec.builder(argv).cwd("/").limit(limit).build());
        } catch (SandboxException e) {
            throw new ToolException(failed + e.getMessage(), e);
        }
    }

    private static List<String> parts(CommandResult result) {
        return List.of(result.stdout().split("\0")).stream()
                .filter(part -> !part.isEmpty())
                .toList();
    }

    private static ToolException outside(String said) {
        return new ToolException("Path '" + said + "' is outside allowed directories");
    }
}
