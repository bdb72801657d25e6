package dev.sandjar.server.door.kubebox;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.sandjar.ErrorCode;
import dev.sandjar.FileInfo;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxFiles;
import dev.sandjar.server.limit.Shares;
import dev.sandjar.server.limit.Transfers;
import dev.sandjar.server.limit.Transfers.Kind;
import dev.sandjar.wire.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Files of a session. Paths are relative to its folder or absolute and in it; no step may leave it, which the sandbox's kernel sees to. */
final class FileCalls {
    private static final long LARGEST_TEXT = 8 << 20; // characters
    private static final int PIECE = 256 * 1024;
    private static final Duration MOST_WAIT = Duration.ofSeconds(30);

    /** Patterns take one for as long as they are looked for. */
    private static final Shares PROCESSORS =
            new Shares(Math.max(2, Runtime.getRuntime().availableProcessors()));

    private final Sessions sessions;

    FileCalls(Sessions sessions) {
        this.sessions = sessions;
    }

    /** A session's files, and one of them as these take it. */
    private record Target(SandboxFiles files, String path, Session session) {}

    private Target target(Call call, Fields fields) {
        String name = fields.session();
        String path = fields.text("file_path");
        fields.check();
        Session session = sessions.find(call, name);
        return new Target(session.files(), relative(session.path(), path), session);
    }

    private static String relative(String folder, String path) {
        if (!path.startsWith("/")) {
            return path.isEmpty() ? "." : path;
        }
        String before = folder.endsWith("/") ? folder : folder + "/";
        if (path.equals(folder)) {
            return ".";
        }
        String rest = path.startsWith(before) ? path.substring(before.length()) : "";
        if (rest.isEmpty() || rest.startsWith("/")) {
            throw SandboxException.invalid(
                    "file_path", "outside of the session's folder", folder + " and what is in it");
        }
        return rest;
    }

    // ---- read

    void read(Call call) throws IOException {
        Target target = target(call, call.query("session_id", "file_path"));
        try (var _ = Transfers.begin(Kind.FILE, call.owner())) {
            requireText(target);
            try (Reader content = text(target)) {
                call.answer(json -> {
                    json.writeStartObject();
                    json.writeFieldName("content");
                    json.writeString(content, -1);
                    json.writeEndObject();
                });
            }
        } catch (SandboxException e) {
            throw failed("reading", e);
        }
    }

    /** Before the status is sent. So it is read twice, which costs less than to hold it; one that changes meanwhile and is no text then is cut. */
    private static void requireText(Target target) throws IOException {
        try (Reader content = text(target)) {
            if (content.skip(LARGEST_TEXT + 1) > LARGEST_TEXT) {
                throw new Refusal(
                        500, "Error reading file: it has more than " + LARGEST_TEXT + " characters; use /get_file");
            }
        } catch (CharacterCodingException e) {
            throw new Refusal(500, "Error reading file: it is no UTF-8; use /get_file");
        }
    }

    /** What is no UTF-8 is an exception. */
    private static Reader text(Target target) {
        return new InputStreamReader(target.files().open(target.path()), StandardCharsets.UTF_8.newDecoder());
    }

    void get(Call call) throws IOException {
        Target target = target(call, call.query("session_id", "file_path"));
        try (var _ = Transfers.begin(Kind.FILE, call.owner());
                InputStream in = target.files().open(target.path())) {
            call.begin("application/octet-stream");
            byte[] piece = new byte[PIECE];
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                call.write(Arrays.copyOf(piece, count));
            }
            call.end(new byte[0]);
        } catch (SandboxException e) {
            throw failed("reading", e);
        }
    }

    // ---- write

    void write(Call call) {
        Fields fields = call.body("session_id", "file_path", "content", "make_dirs");
        byte[] content = utf8(fields, "content");
        boolean makeDirs = fields.flag("make_dirs");
        Target target = target(call, fields);
        try {
            if (makeDirs) {
                makeFolder(target.session());
            } else {
                requireParent(target);
            }
            target.files().write(target.path(), new ByteArrayInputStream(content), true);
        } catch (SandboxException e) {
            throw changeFailed("writing", e);
        }
        done(call);
    }

    /** JSON can say halves of characters, which UTF-8 cannot. */
    private static byte[] utf8(Fields fields, String name) {
        String text = fields.text(name);
        if (text.codePoints().anyMatch(point -> Character.getType(point) == Character.SURROGATE)) {
            fields.refuse("string_unicode", name, "Input should be a valid string, without halves of surrogate pairs");
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void requireParent(Target target) {
        String path = target.path();
        int slash = path.lastIndexOf('/');
        String parent = slash < 0 ? "." : path.substring(0, slash + 1);
        target.files().stat(parent + "/.");
    }

    /** The session's own, which nobody has made so far. */
    private static void makeFolder(Session session) {
        session.sandbox().files().mkdirs(session.path());
    }

    void makeDirs(Call call) {
        Target target = target(call, call.body("session_id", "file_path"));
        try {
            makeFolder(target.session());
            target.files().mkdirs(target.path());
        } catch (SandboxException e) {
            throw changeFailed("making folders", e);
        }
        done(call);
    }

    void delete(Call call) {
        Target target = target(call, call.body("session_id", "file_path"));
        try {
            if (target.files().stat(target.path()).type() == FileInfo.Type.DIRECTORY) {
                throw new Refusal(500, "Error deleting file: it is a folder; run rm -r in the session");
            }
            target.files().remove(target.path());
        } catch (SandboxException e) {
            throw changeFailed("deleting", e);
        }
        done(call);
    }

    private static void done(Call call) {
        call.answer(Json.object().put("status", "success"));
    }

    // ---- look

    void exists(Call call) {
        Target target = target(call, call.query("session_id", "file_path"));
        boolean exists;
        try {
            target.files().stat(target.path());
            exists = true;
        } catch (SandboxException e) {
            if (e.code() != ErrorCode.FILE_NOT_FOUND) {
                throw e;
            }
            exists = false;
        }
        call.answer(Json.object().put("exists", exists));
    }

    void allPaths(Call call) throws IOException, InterruptedException {
        Fields fields = call.query("session_id", "regexes");
        String name = fields.session();
        takeProcessor(call.owner());
        try (var _ = Transfers.begin(Kind.FILE, call.owner())) { // a list on its way, and patterns
            Regexes regexes = Regexes.of(fields, call.all("regexes"));
            SandboxFiles files = sessions.find(call, name).files();
            List<String> paths = new Tree(files, regexes, call::hold).paths();
            call.answer(json -> write(paths, json));
        } finally {
            PROCESSORS.giveBack(call.owner(), 1);
        }
    }

    private static void takeProcessor(String owner) throws InterruptedException {
        if (!PROCESSORS.take(owner, 1, MOST_WAIT)) {
            throw new SandboxException(
                    ErrorCode.RATE_LIMITED,
                    "other lists of yours are still being made",
                    "ask for fewer at a time, or with fewer patterns",
                    null);
        }
    }

    private static void write(List<String> paths, JsonGenerator json) throws IOException {
        json.writeStartArray();
        for (String path : paths) {
            json.writeString(path);
        }
        json.writeEndArray();
    }

    // ---- errors in the words of these clients

    private static RuntimeException failed(String doing, SandboxException e) {
        if (e.code() == ErrorCode.FILE_NOT_FOUND) {
            return new Refusal(404, "File not found");
        }
        return isOfTheFile(e) ? new Refusal(500, "Error " + doing + " file: " + Refusal.text(e)) : e;
    }

    private static RuntimeException changeFailed(String doing, SandboxException e) {
        boolean missing = e.code() == ErrorCode.FILE_NOT_FOUND;
        return missing || isOfTheFile(e) ? new Refusal(500, "Error " + doing + " file: " + Refusal.text(e)) : e;
    }

    private static boolean isOfTheFile(SandboxException e) {
        return switch (e.code()) {
            case PERMISSION_DENIED, DISK_FULL, ALREADY_EXISTS, TOO_LARGE -> true;
            default -> false;
        };
    }
}
