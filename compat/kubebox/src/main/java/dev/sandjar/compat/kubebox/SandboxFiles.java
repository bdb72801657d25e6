package dev.sandjar.compat.kubebox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.compat.kubebox.error.KubeboxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Files of sandboxes. */
final class SandboxFiles {
    private final Rest rest;

    SandboxFiles(Rest rest) {
        this.rest = rest;
    }

    String read(String sessionId, String path) throws InterruptedException {
        return rest.get(said("reading", sessionId, path), at("/read_file", sessionId, path))
                .text("content");
    }

    byte[] get(String sessionId, String path) throws InterruptedException {
        return rest.get(said("getting", sessionId, path), at("/get_file", sessionId, path))
                .good()
                .body();
    }

    void get(String sessionId, String path, Path local, Duration limit) throws InterruptedException {
        Path folder = local.toAbsolutePath().getParent();
        try {
            Path part = Files.createTempFile(folder, ".kubebox-", ".part");
            try {
                rest.download(said("getting", sessionId, path), at("/get_file", sessionId, path), part, limit)
                        .good();
                Files.move(part, local, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw new KubeboxException(
                    "the file " + local + " cannot be written", "look whether its folder is there and has room", e);
        }
    }

    void write(String sessionId, String path, String content, boolean makeDirs) throws InterruptedException {
        ObjectNode body = SandboxClient.session(sessionId)
                .put("file_path", path)
                .put("content", content)
                .put("make_dirs", makeDirs);
        rest.post(said("writing", sessionId, path), "/write_file", body).good();
    }

    void change(String doing, String target, String sessionId, String path) throws InterruptedException {
        ObjectNode body = SandboxClient.session(sessionId).put("file_path", path);
        rest.post(said(doing, sessionId, path), target, body).good();
    }

    boolean exists(String sessionId, String path) throws InterruptedException {
        Answer answer = rest.get(said("looking for", sessionId, path), at("/file_exists", sessionId, path));
        return answer.status() != 404 && answer.object().path("exists").asBoolean();
    }

    List<String> paths(String sessionId, List<String> regexes) throws InterruptedException {
        var target = new StringBuilder("/get_all_file_paths?session_id=" + Rest.query(sessionId));
        regexes.forEach(regex -> target.append("&regexes=").append(Rest.query(regex)));
        Answer answer = rest.get("listing files of session " + sessionId, target.toString())
                .good();
        JsonNode list = answer.json();
        if (!list.isArray()) {
            throw answer.malformed("it is no list");
        }
        var paths = new ArrayList<String>();
        list.forEach(path -> paths.add(path.asText()));
        return paths;
    }

    private static String said(String doing, String sessionId, String path) {
        return doing + " " + path + " of session " + sessionId;
    }

    private static String at(String target, String sessionId, String path) {
        return target + "?session_id=" + Rest.query(sessionId) + "&file_path=" + Rest.query(path);
    }
}
