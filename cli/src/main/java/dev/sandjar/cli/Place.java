package dev.sandjar.cli;

import dev.sandjar.ErrorCode;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxInfo;
import dev.sandjar.Sandboxes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the sandboxes are: this machine, or a server. */
final class Place {
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

    Sandboxes open() {
        if (place != null) {
            return Sandboxes.open(place);
        }
        String url = server != null ? server : System.getenv("SANDBOX_API_URL");
        if (url == null || url.isBlank()) {
            return Sandboxes.open("local:");
        }
        return Sandboxes.open(url, Map.of("token", token()));
    }

    /** A sandbox by its id, or by a beginning of it that only one has. */
    static Sandbox find(Sandboxes sandboxes, String id) {
        var whole = SandboxId.parse(id);
        return whole.isPresent() ? sandboxes.get(whole.get()) : sandboxes.get(byPrefix(sandboxes, id));
    }

    private static SandboxId byPrefix(Sandboxes sandboxes, String prefix) {
        if (!prefix.matches("[0-9a-f-]{2,36}")) {
            throw SandboxException.sandboxNotFound(Text.safe(prefix));
        }
        var matches = new ArrayList<SandboxId>();
        for (SandboxInfo info : all(sandboxes)) {
            if (info.id().toString().startsWith(prefix)) {
                matches.add(info.id());
            }
        }
        return switch (matches.size()) {
            case 0 -> throw SandboxException.sandboxNotFound(prefix);
            case 1 -> matches.getFirst();
            default ->
                throw SandboxException.invalid(
                        "id", prefix + ", which " + matches.size() + " sandboxes have", "more of it");
        };
    }

    static List<SandboxInfo> all(Sandboxes sandboxes) {
        var all = new ArrayList<SandboxInfo>();
        while (true) {
            var page = sandboxes.list(all.size(), 100);
            all.addAll(page.sandboxes());
            if (page.sandboxes().size() < 100) {
                return all;
            }
        }
    }

    private static String token() {
        String given = System.getenv("SANDBOX_API_TOKEN");
        if (given != null && !given.isBlank()) {
            return given;
        }
        String config = System.getenv().getOrDefault("XDG_CONFIG_HOME", System.getProperty("user.home") + "/.config");
        Path file = Path.of(config, "sandjar", "token");
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new SandboxException(
                    ErrorCode.UNAUTHENTICATED,
                    "no token for the server",
                    "set SANDBOX_API_TOKEN, or run 'sandjar serve' on this machine once",
                    e);
        }
    }
}
