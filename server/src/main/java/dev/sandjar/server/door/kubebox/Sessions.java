package dev.sandjar.server.door.kubebox;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sandjar.ErrorCode;
import dev.sandjar.Metadata;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxInfo;
import dev.sandjar.SandboxPage;
import dev.sandjar.SandboxSpec;
import dev.sandjar.SandboxState;
import dev.sandjar.Sandboxes;
import dev.sandjar.server.config.ServerConfig;
import dev.sandjar.wire.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which sandbox a session is, and where in it. A sandbox that is made for a session says so in its metadata; the session's folder is noted in the
 * sandbox, in a file. So the server has nothing to remember, and nobody's session reaches what is not its owner's.
 */
final class Sessions {
    private static final String METADATA = "kubebox";
    private static final String NOTES = "/tmp/.kubebox/"; // goes when the processes do
    private static final int MOST_KNOWN = 10_000;
    private static final int PAGE = 100;
    private static final int LONGEST_PATH = 4_095;
    private static final int LARGEST_NOTE = 6 * LONGEST_PATH + 100; // each byte escaped
    private static final Set<SandboxState> ALIVE = EnumSet.of(SandboxState.RUNNING, SandboxState.PAUSED);

    /** How sessions are laid onto sandboxes. */
    private sealed interface Layout {
        record Each() implements Layout {}

        record Shared() implements Layout {}

        record Given(SandboxId id) implements Layout {}
    }

    private record Key(String owner, String name) {}

    private final Layout layout;
    private final Optional<String> template;

    /** Where sandboxes were found. That of a dead one is looked for anew. */
    private final Map<Key, SandboxId> known =
            Collections.synchronizedMap(new LinkedHashMap<Key, SandboxId>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Key, SandboxId> eldest) {
                    return size() > MOST_KNOWN;
                }
            });

    Sessions(ServerConfig.Kubebox config) {
        layout = layout(config.sandbox());
        template = config.template();
    }

    private static Layout layout(String text) {
        return switch (text) {
            case "each" -> new Layout.Each();
            case "shared" -> new Layout.Shared();
            default ->
                new Layout.Given(SandboxId.parse(text)
                        .orElseThrow(() -> SandboxException.invalid(
                                "sandjar.kubebox.sandbox", text, "each, shared, or the id of a sandbox")));
        };
    }

    /** {@code POST /initialize}: finds the session's sandbox, or makes it. Once more changes the folder, and nothing else. */
    void initialize(Call call) throws InterruptedException {
        Fields fields = call.body("session_id", "path");
        String name = fields.session();
        String path = fields.text("path");
        fields.check();
        Optional<Sandbox> there = sandbox(call.owner(), call.sandboxes(), name);
        Sandbox sandbox = there.isPresent() ? there.get() : create(call.owner(), call.sandboxes(), name);
        String folder = folder(sandbox.info().workspace(), path);
        sandbox.files().write(note(name), Json.bytes(Json.object().put("path", folder)));
        call.answer(Json.object().put("session_id", name));
    }

    /**
     * A session that was initialized.
     *
     * @throws Refusal when it was not
     */
    Session find(String owner, Sandboxes sandboxes, String name) {
        Sandbox sandbox = sandbox(owner, sandboxes, name).orElseThrow(Refusal::noSession);
        try {
            return new Session(name, sandbox, folder("/", noted(sandbox, name)));
        } catch (SandboxException e) {
            throw e.code() == ErrorCode.FILE_NOT_FOUND ? Refusal.noSession() : e;
        }
    }

    /** What somebody in the sandbox has written over is no note any more. */
    private static String noted(Sandbox sandbox, String name) {
        try (InputStream note = sandbox.files().open(note(name))) {
            String path = Json.parse(note.readNBytes(LARGEST_NOTE)).path("path").asText();
            if (path.startsWith("/")) {
                return path;
            }
            throw Refusal.noSession();
        } catch (JsonProcessingException e) {
            throw Refusal.noSession();
        } catch (IOException e) {
            throw e.getCause() instanceof SandboxException why ? why : Refusal.noSession();
        }
    }

    Session find(Call call, String name) {
        return find(call.owner(), call.sandboxes(), name);
    }

    // ---- sandboxes

    private Optional<Sandbox> sandbox(String owner, Sandboxes sandboxes, String name) {
        return switch (layout) {
            case Layout.Given(SandboxId id) -> Optional.of(sandboxes.get(id));
            case Layout.Shared _ -> made(owner, sandboxes, name);
            case Layout.Each _ ->
                SandboxId.parse(name).flatMap(id -> get(sandboxes, id)).or(() -> made(owner, sandboxes, name));
        };
    }

    private Optional<Sandbox> made(String owner, Sandboxes sandboxes, String name) {
        var key = new Key(owner, layout instanceof Layout.Shared ? "" : name);
        SandboxId seen = known.get(key);
        return Optional.ofNullable(seen)
                .flatMap(id -> get(sandboxes, id))
                .or(() -> search(sandboxes, purpose(name)).map(info -> {
                    known.put(key, info.id());
                    return sandboxes.get(info.id());
                }));
    }

    private static Optional<Sandbox> get(Sandboxes sandboxes, SandboxId id) {
        try {
            Sandbox sandbox = sandboxes.get(id);
            return ALIVE.contains(sandbox.info().state()) ? Optional.of(sandbox) : Optional.empty();
        } catch (SandboxException e) {
            if (e.code() != ErrorCode.SANDBOX_NOT_FOUND) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private static Optional<SandboxInfo> search(Sandboxes sandboxes, Object purpose) {
        for (int offset = 0; ; offset += PAGE) {
            SandboxPage page = sandboxes.list(ALIVE, offset, PAGE);
            for (SandboxInfo info : page.sandboxes()) {
                if (purpose.equals(info.spec().metadata().values().get(METADATA))) {
                    return Optional.of(info);
                }
            }
            if (offset + PAGE >= page.total()) {
                return Optional.empty();
            }
        }
    }

    /** Who asks at the same time gets the same one. */
    private Sandbox create(String owner, Sandboxes sandboxes, String name) throws InterruptedException {
        var spec = SandboxSpec.builder().metadata(Metadata.of(Map.of(METADATA, purpose(name))));
        template.ifPresent(spec::template);
        Sandbox made =
                sandboxes.create(spec.build(), "kubebox-" + hex(purpose(name).toString()));
        known.put(new Key(owner, layout instanceof Layout.Shared ? "" : name), made.id());
        return made; // not to be closed: it would be deleted
    }

    /** What the metadata of a session's sandbox says. */
    private Map<String, @Nullable Object> purpose(String name) {
        return layout instanceof Layout.Shared ? Map.of("shared", true) : Map.of("session", name);
    }

    // ---- folders

    private static String note(String name) {
        return NOTES + hex(name);
    }

    /** An absolute path for one that may be relative, or empty for the base itself. */
    private static String folder(String base, String path) {
        if (path.indexOf('\0') >= 0 || path.getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
            throw SandboxException.invalid(
                    "path", "too long, or with a NUL", "at most " + LONGEST_PATH + " bytes without NUL");
        }
        Path folder = Path.of(base).resolve(path).normalize();
        if (!path.startsWith("/") && !folder.startsWith(base)) {
            throw SandboxException.invalid("path", "outside of the workspace", "a relative path below it");
        }
        return folder.toString();
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(digest(text), 0, 16);
    }

    static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible); // every JDK has SHA-256
        }
    }
}
