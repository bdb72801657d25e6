package dev.sandjar.server.door.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.FileInfo;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.server.auth.Caller;
import dev.sandjar.server.config.ServerConfig;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code /sessions/{id}/files}: up, down, list, delete. Paths are relative to the workspace; nothing is held in memory. */
@Path(SessionsResource.ROOT + "/{id}/files")
@RunOnVirtualThread
public class FilesResource {
    private final Caller caller;
    private final long largest;

    FilesResource(Caller caller, ServerConfig config) {
        this.caller = caller;
        this.largest = config.limits().upload();
    }

    @POST
    public Response upload(
            @PathParam("id") String id,
            @QueryParam("path") @Nullable String path,
            @QueryParam("overwrite") @Nullable String overwrite,
            @HeaderParam("Content-Type") @Nullable String contentType,
            InputStream body)
            throws IOException {
        boolean replace = flag("overwrite", overwrite);
        Sandbox sandbox = caller.sandbox(id);
        try (Upload upload = Upload.of(body, contentType, largest)) {
            String target = relative(path == null || path.isEmpty() ? upload.fileName() : path);
            FileInfo info = sandbox.files().write(target, upload, replace);
            ObjectNode reply = reply(info).put("checksum", upload.md5());
            return Response.status(201)
                    .type(MediaType.APPLICATION_JSON)
                    .entity(reply)
                    .build();
        }
    }

    @GET
    public Response downloadOrList(
            @PathParam("id") String id,
            @QueryParam("filePath") @Nullable String filePath,
            @QueryParam("path") @Nullable String path) {
        if (filePath != null) {
            return download(id, filePath);
        }
        ArrayNode files = JsonBody.JSON.createArrayNode();
        for (FileInfo info : caller.sandbox(id).files().list(relative(path == null || path.isEmpty() ? "." : path))) {
            files.add(reply(info));
        }
        ObjectNode reply = JsonBody.JSON.createObjectNode();
        reply.set("files", files);
        return Response.ok(reply, MediaType.APPLICATION_JSON).build();
    }

    @GET
    @Path("/{name:.+}")
    public Response download(@PathParam("id") String id, @PathParam("name") String name) {
        String path = relative(name);
        Sandbox sandbox = caller.sandbox(id);
        FileInfo info = sandbox.files().stat(path);
        InputStream content = sandbox.files().open(path); // before the status is sent, so that it can say 404
        StreamingOutput copy = out -> {
            try (content) {
                byte[] buffer = new byte[64 * 1024];
                for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
                    out.write(buffer, 0, n);
                }
            }
        };
        return Response.ok(copy, MediaType.APPLICATION_OCTET_STREAM)
                .header("Content-Disposition", "attachment; filename=\"" + headerSafe(info.name()) + '"')
                .header("Content-Length", info.size())
                .header("X-Content-Type-Options", "nosniff")
                .build();
    }

    @DELETE
    @Path("/{name:.+}")
    public Response delete(@PathParam("id") String id, @PathParam("name") String name) {
        caller.sandbox(id).files().remove(relative(name));
        return Response.noContent().build();
    }

    private static String relative(String path) {
        if (path.startsWith("/")) {
            throw SandboxException.invalid("path", "absolute", "a path relative to the workspace");
        }
        return path;
    }

    private static boolean flag(String name, @Nullable String text) {
        return switch (text == null ? "" : text.toLowerCase(Locale.ROOT)) { // one client sends True
            case "", "false", "0" -> false;
            case "true", "1" -> true;
            default -> throw SandboxException.invalid(name, "unknown", "true or false");
        };
    }

    private static ObjectNode reply(FileInfo info) {
        String type = switch (info.type()) {
            case FILE, OTHER -> "file";
            case DIRECTORY -> "directory";
            case SYMLINK -> "symlink";
        };
        String path = info.path().startsWith("./") ? info.path().substring(2) : info.path();
        return JsonBody.JSON
                .createObjectNode()
                .put("name", info.name())
                .put("path", path)
                .put("type", type)
                .put("size", info.size())
                .put("permissions", permissions(info.mode()))
                .put("modifiedAt", SessionReply.time(info.modifiedAt()));
    }

    private static String permissions(int mode) {
        var text = new StringBuilder();
        for (int bit = 8; bit >= 0; bit--) {
            text.append((mode >> bit & 1) == 1 ? "xwr".charAt(bit % 3) : '-');
        }
        return text.toString();
    }

    /** A name from the sandbox must not end the header or begin another. */
    private static String headerSafe(String name) {
        return name.replaceAll("[^\\x20-\\x7e]|[\"\\\\]", "_");
    }

    static String hex(byte[] digest) {
        return HexFormat.of().formatHex(digest).toLowerCase(Locale.ROOT);
    }
}
