package dev.sandjar.cli;

import dev.sandjar.CommandInfo;
import dev.sandjar.ErrorCode;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxInfo;
import dev.sandjar.Sandboxes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where the sandboxes are: this machine, or a server. */
final class Place {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec verb;

    @Option(
            names = "--server",
            paramLabel = "URL",
            description =
                    "A server instead of this machine; otherwise SANDBOX_API_URL. Its token: SANDBOX_API_TOKEN, or the"
                            + " one that 'sandjar serve' stored.")
    private @Nullable String server;

    @Option(
            names = "--place",
            paramLabel = "PLACE",
            description = "Any place by its full name, such as local:?home=/srv/sandjar.")
    private @Nullable String place;

    @Option(
            names = "--runtime",
            paramLabel = "NAME",
            description = "local (this machine) or kubernetes (the cluster of your kubeconfig).")
    private @Nullable String runtime;

    Sandboxes open() {
        refuseTwo();
        if (runtime != null) {
            return Sandboxes.open(runtime + ":");
        }
        if (place != null) {
            return Sandboxes.open(place);
        }
        String url = server != null ? server : System.getenv("SANDBOX_API_URL");
        if (url == null || url.isBlank()) {
            return Sandboxes.open("local:");
        }
        if (!url.strip().toLowerCase(Locale.ROOT).matches("https?:.*")) {
            throw new ParameterException(
                    verb.commandLine(),
                    (server != null ? "--server" : "SANDBOX_API_URL") + " is \"" + url.strip()
                            + "\", allowed: http://HOST:PORT or https://HOST:PORT");
        }
        return Sandboxes.open(url.strip(), Map.of("token", token()));
    }

    private void refuseTwo() {
        var said = new ArrayList<String>();
        if (server != null) {
            said.add("--server");
        }
        if (place != null) {
            said.add("--place");
        }
        if (runtime != null) {
            said.add("--runtime");
        }
        if (said.size() > 1) {
            throw new ParameterException(
                    verb.commandLine(), said.get(0) + " and " + said.get(1) + " name two places; say one");
        }
    }

    /** A sandbox by its id, or by a beginning of it that only one has. */
    static Sandbox find(Sandboxes sandboxes, String id) {
        var whole = SandboxId.parse(id);
        return sandboxes.get(whole.isPresent() ? whole.get() : byPrefix(sandboxes, id));
    }

    private static SandboxId byPrefix(Sandboxes sandboxes, String text) {
        String prefix = text.toLowerCase(Locale.ROOT);
        if (!prefix.matches("[0-9a-f-]{1,36}")) {
            throw SandboxException.sandboxNotFound('"' + Text.safe(text) + '"');
        }
        List<SandboxId> matches = all(sandboxes).stream()
                .map(SandboxInfo::id)
                .filter(id -> id.toString().startsWith(prefix))
                .toList();
        return switch (matches.size()) {
            case 0 -> throw SandboxException.sandboxNotFound(prefix);
            case 1 -> matches.getFirst();
            default ->
                throw new SandboxException(
                        ErrorCode.INVALID_ARGUMENT,
                        prefix + " is the beginning of " + matches.size() + " ids",
                        "write more of it; run: sandjar ls",
                        null);
        };
    }

    /** A command by its id, or by a beginning of it that only one has. */
    static CommandInfo command(Sandbox sandbox, String prefix) {
        List<CommandInfo> matches = sandbox.commands().stream()
                .filter(info -> info.id().toString().startsWith(prefix))
                .toList();
        if (matches.size() == 1) {
            return matches.getFirst();
        }
        throw new SandboxException(
                ErrorCode.COMMAND_NOT_FOUND,
                matches.isEmpty()
                        ? "no command " + Text.safe(prefix) + " in sandbox " + sandbox.id()
                        : Text.safe(prefix) + " is the beginning of " + matches.size() + " commands",
                "run: sandjar logs " + sandbox.id(),
                null);
    }

    /** All of the caller's, newest first; each once, also when others are made while we look. */
    static List<SandboxInfo> all(Sandboxes sandboxes) {
        var all = new LinkedHashMap<SandboxId, SandboxInfo>();
        for (int offset = 0; ; offset += 100) {
            List<SandboxInfo> page = sandboxes.list(offset, 100).sandboxes();
            page.forEach(info -> all.putIfAbsent(info.id(), info));
            if (page.size() < 100) {
                return new ArrayList<>(all.values());
            }
        }
    }

    private static String token() {
        String given = System.getenv("SANDBOX_API_TOKEN");
        if (given != null && !given.isBlank()) {
            return given.strip();
        }
        String config = System.getenv("XDG_CONFIG_HOME");
        String home = System.getenv("HOME"); // as shells understand ~, also under sudo -E
        Path folder = config != null && !config.isBlank()
                ? Path.of(config)
                : Path.of(home == null || home.isBlank() ? System.getProperty("user.home") : home, ".config");
        try {
            Path file = folder.resolve("sandjar/token");
            refuseIfOpenToAll(file);
            return firstToken(Files.readString(file));
        } catch (IOException e) {
            throw noToken(e);
        }
    }

    /** As ssh does with keys: whoever could read it may have used it already. */
    static void refuseIfOpenToAll(Path file) throws IOException {
        var permissions = Files.getPosixFilePermissions(file);
        if (permissions.contains(PosixFilePermission.OTHERS_READ)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new SandboxException(
                    ErrorCode.UNAUTHENTICATED,
                    "the token file " + file + " is open to everybody on this machine",
                    "run: chmod 600 " + file,
                    null);
        }
    }

    /** As the server reads the same file: a line each, {@code TOKEN} or {@code OWNER:TOKEN}; {@code #} begins a comment. */
    static String firstToken(String file) {
        return file.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElseThrow(() -> noToken(null));
    }

    private static SandboxException noToken(@Nullable IOException cause) {
        return new SandboxException(
                ErrorCode.UNAUTHENTICATED,
                "no token for the server",
                "set SANDBOX_API_TOKEN, or run 'sandjar serve' on this machine once",
                cause);
    }
}
