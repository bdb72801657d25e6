package dev.sandjar.cli;

import dev.sandjar.CommandInfo;
import dev.sandjar.ErrorCode;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxInfo;
import dev.sandjar.Sandboxes;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where the sandboxes are: this machine, or a server. */
final class Place {
    private static final int SHORTEST = 4; // one slip of a finger shall not name another
    private static final Pattern TOKEN = Pattern.compile(".*[?&]token=([^&]*).*");

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
            description =
                    "local (this machine) or kubernetes (the cluster of your kubeconfig); otherwise SANDJAR_RUNTIME.")
    private @Nullable String runtime;

    Sandboxes open() {
        refuseTwo();
        if (runtime != null) {
            return openRuntime("--runtime", runtime);
        }
        if (place != null) {
            if (!place.toLowerCase(Locale.ROOT).matches("(local|kubernetes|https?):.*")) {
                throw wrong("--place", place, "local:, kubernetes:, http://HOST:PORT or https://HOST:PORT");
            }
            return Sandboxes.open(place);
        }
        if (server != null) {
            return openServer("--server", server.strip());
        }
        String url = environment("SANDBOX_API_URL");
        return url.isEmpty()
                ? openRuntime("SANDJAR_RUNTIME", environment("SANDJAR_RUNTIME"))
                : openServer("SANDBOX_API_URL", url);
    }

    /**
     * As {@link #open}, for what only a server has.
     *
     * @param what as the subject of a sentence
     */
    Sandboxes openServer(String what) {
        if (!isServer()) {
            throw new SandboxException(
                    ErrorCode.NOT_SUPPORTED,
                    what + " needs a server",
                    "run: sandjar serve; then, in another terminal: export SANDBOX_API_URL=http://127.0.0.1:8080",
                    null);
        }
        return open();
    }

    private boolean isServer() {
        if (place != null) {
            return place.toLowerCase(Locale.ROOT).startsWith("http");
        }
        if (runtime != null) {
            return false;
        }
        return server != null || !environment("SANDBOX_API_URL").isEmpty();
    }

    private static String environment(String name) {
        String value = System.getenv(name);
        return value == null ? "" : value.strip();
    }

    private Sandboxes openRuntime(String said, String name) {
        return switch (name) {
            case "local", "kubernetes" -> Sandboxes.open(name + ":");
            case "" -> Sandboxes.open("local:");
            default -> throw wrong(said, name, "local, kubernetes");
        };
    }

    private Sandboxes openServer(String said, String url) {
        if (!url.toLowerCase(Locale.ROOT).matches("https?:.*")) {
            throw wrong(said, url, "http://HOST:PORT or https://HOST:PORT");
        }
        return Sandboxes.open(withoutVersion(url), Map.of("token", storedToken()));
    }

    /** Clients of the sessions API take an address with {@code /v1}, and read it from the same variable. */
    static String withoutVersion(String url) {
        return url.replaceFirst("/v1/?(?=$|\\?)", "");
    }

    private ParameterException wrong(String what, String value, String allowed) {
        return new ParameterException(verb.commandLine(), what + " is \"" + value + "\", allowed: " + allowed);
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
        String prefix = beginning(text, "sandbox");
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

    /** As ids are written; what cannot name one is refused before anything is looked up. */
    static String beginning(String text, String of) {
        String prefix = text.toLowerCase(Locale.ROOT);
        if (!prefix.matches("[0-9a-f-]{" + SHORTEST + ",36}")) {
            throw new SandboxException(
                    ErrorCode.INVALID_ARGUMENT,
                    '"' + text + "\" is no beginning of a " + of + "'s id: those have " + SHORTEST
                            + " or more characters, hexadecimal digits and -",
                    "run: sandjar " + (of.equals("sandbox") ? "ls" : "logs SANDBOX"),
                    null);
        }
        return prefix;
    }

    /** A command by its id, or by a beginning of it that only one has. */
    static CommandInfo command(Sandbox sandbox, String text) {
        String prefix = beginning(text, "command");
        List<CommandInfo> matches = sandbox.commands().stream()
                .filter(info -> info.id().toString().startsWith(prefix))
                .toList();
        if (matches.size() == 1) {
            return matches.getFirst();
        }
        throw new SandboxException(
                ErrorCode.COMMAND_NOT_FOUND,
                matches.isEmpty()
                        ? "no command " + prefix + " in sandbox " + sandbox.id()
                        : prefix + " is the beginning of " + matches.size() + " commands",
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

    /** Its options as they were given, for another call of this program. */
    List<String> words() {
        var words = new ArrayList<String>();
        if (server != null) {
            words.addAll(List.of("--server", server));
        }
        if (place != null) {
            words.addAll(List.of("--place", place));
        }
        if (runtime != null) {
            words.addAll(List.of("--runtime", runtime));
        }
        return words;
    }

    /** By what the server of this place knows its caller. A place that names none gets none: the stored one is another server's. */
    String token() {
        if (place == null) {
            return storedToken();
        }
        Matcher said = TOKEN.matcher(place);
        if (!said.matches()) {
            throw new SandboxException(
                    ErrorCode.UNAUTHENTICATED,
                    "no token for the server",
                    "write it behind the place: ?token=TOKEN",
                    null);
        }
        return URLDecoder.decode(said.group(1), StandardCharsets.UTF_8);
    }

    private static String storedToken() {
        String given = System.getenv("SANDBOX_API_TOKEN");
        if (given != null && !given.isBlank()) {
            return given.strip();
        }
        try {
            Path file = folder().resolve("token");
            refuseIfOpenToAll(file);
            return firstToken(Files.readString(file));
        } catch (IOException e) {
            throw noToken(e);
        }
    }

    /** Where this user's own files are. */
    static Path folder() {
        String config = System.getenv("XDG_CONFIG_HOME");
        String home = System.getenv("HOME"); // as shells understand ~, also under sudo -E
        Path folder = config != null && !config.isBlank()
                ? Path.of(config)
                : Path.of(home == null || home.isBlank() ? System.getProperty("user.home") : home, ".config");
        return folder.resolve("sandjar");
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
