package dev.sandjar.server.door.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.FileInfo;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.server.auth.Caller;
import dev.sandjar.server.config.ServerConfig;
import dev.sandjar.server.limit.Transfers;
import dev.sandjar.server.limit.Transfers.Kind;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code /sessions/{id}/files}: up, down, list, delete. Paths are relative to the workspace; nothing is held in memory. */
@Path(SessionsResource.ROOT + "/{id}/files")
@RunOnVirtualThread
public class FilesResource {
    private static final int CHUNK = 64 * 1024;
    private static final int LARGEST_FRAME = 16 * 1024; // what a form has around its file

    private final Caller caller;
    private final Bodies bodies;
    private final long largest;

    FilesResource(Caller caller, Bodies bodies, ServerConfig config) {
        this.caller = caller;
        this.bodies = bodies;
        this.largest = config.limits().upload();
    }

    @POST
    public Response upload(
            @PathParam("id") String id,
            @QueryParam("path") @Nullable String path,
            @QueryParam("overwrite") @Nullable String overwrite,
            @Context RoutingContext request)
            throws IOException, InterruptedException {
        boolean replace = flag("overwrite", overwrite);
        refuseTooLarge(request.request().getHeader("Content-Length"));
        Sandbox sandbox = caller.sandbox(id);
        takePlace(Kind.FILE, request);
        try (var body = bodies.of(request);
                Upload upload = Upload.of(body, request.request().getHeader("Content-Type"), largest)) {
            String target = relative(path == null || path.isEmpty() ? upload.fileName() : path);
            FileInfo info = sandbox.files().write(target, upload, replace);
            ObjectNode reply = reply(info).put("checksum", upload.md5());
            return Response.status(201)
                    .type(MediaType.APPLICATION_JSON)
                    .entity(reply)
                    .build();
        }
    }

    /** Until the request is answered, or its connection gone. */
    private void takePlace(Kind kind, RoutingContext request) {
        Transfers.Place place = Transfers.begin(kind, caller.owner());
        request.addEndHandler(_ -> place.close());
        if (request.response().closed()) {
            place.close();
        }
    }

    /** Before a byte is read, when the client has said how many there are. */
    private void refuseTooLarge(@Nullable String contentLength) {
        if (contentLength != null && Long.parseLong(contentLength) > largest + LARGEST_FRAME) {
            throw Upload.tooLarge(largest);
        }
    }

    @GET
    public Response downloadOrList(
            @PathParam("id") String id,
            @QueryParam("filePath") @Nullable String filePath,
            @QueryParam("path") @Nullable String path,
            @Context RoutingContext request)
            throws IOException {
        if (filePath != null) {
            return download(id, filePath, request);
        }
        takePlace(Kind.STREAM, request);
        String folder = relative(path == null || path.isEmpty() ? "." : path);
        Stream<FileInfo> files = caller.sandbox(id).files().entries(folder); // before the status is sent, as below
        return Response.ok(PacedOutput.paced(request, out -> send(files, out)), MediaType.APPLICATION_JSON)
                .build();
    }

    /** By itself: a GET would be opened for it, and its content closed by nobody. */
    @HEAD
    public Response lookAtFileOrFolder(
            @PathParam("id") String id,
            @QueryParam("filePath") @Nullable String filePath,
            @QueryParam("path") @Nullable String path) {
        if (filePath != null) {
            return look(id, filePath);
        }
        caller.sandbox(id).files().stat(relative(path == null || path.isEmpty() ? "." : path));
        return Response.ok().type(MediaType.APPLICATION_JSON).build();
    }

    @HEAD
    @Path("/{name:.+}")
    public Response look(@PathParam("id") String id, @PathParam("name") String name) {
        FileInfo info = caller.sandbox(id).files().stat(relative(name));
        var response = describe(Response.ok().type(MediaType.APPLICATION_OCTET_STREAM), info);
        return (info.type() == FileInfo.Type.FILE ? response.header("Content-Length", info.size()) : response).build();
    }

    /** One by one, as they come from the sandbox: a folder of many long names is a large part of the memory. */
    private static void send(Stream<FileInfo> files, OutputStream out) throws IOException {
        try (files) {
            JsonGenerator json = JsonBody.JSON.createGenerator(new BufferedOutputStream(out, CHUNK));
            json.writeStartObject();
            json.writeArrayFieldStart("files");
            for (FileInfo info : (Iterable<FileInfo>) files::iterator) {
                json.writeTree(reply(info));
            }
            json.writeEndArray();
            json.writeEndObject();
            json.close(); // only now: it would end what was cut as if it were whole
        } catch (SandboxException e) {
            throw new IOException(e); // cuts the answer, so that nobody takes it for whole
        }
    }

    @GET
    @Path("/{name:.+}")
    public Response download(
            @PathParam("id") String id, @PathParam("name") String name, @Context RoutingContext request)
            throws IOException {
        String path = relative(name);
        Sandbox sandbox = caller.sandbox(id);
        takePlace(Kind.FILE, request);
        FileInfo info = sandbox.files().stat(path);
        InputStream content = sandbox.files().open(path); // before the status is sent, so that it can say 404
        boolean sized;
        try {
            sized = info.type() == FileInfo.Type.FILE // of a link it is the link's own size
                    && info.equals(sandbox.files().stat(path)); // and what was opened is what was looked at
        } catch (RuntimeException e) {
            try (content) {
                throw e;
            }
        }
        StreamingOutput body = sized ? out -> send(content, info.size(), out) : out -> send(content, out);
        var response =
                describe(Response.ok(PacedOutput.paced(request, body), MediaType.APPLICATION_OCTET_STREAM), info);
        return (sized ? response.header("Content-Length", info.size()) : response).build();
    }

    private static Response.ResponseBuilder describe(Response.ResponseBuilder response, FileInfo info) {
        return response.header("Content-Disposition", disposition(info.name()))
                .header("X-Content-Type-Options", "nosniff");
    }

    private static void send(InputStream content, OutputStream out) throws IOException {
        try (content) {
            content.transferTo(out);
        }
    }

    /** As many bytes as were announced: what the sandbox has appended since is left out, what it has cut off is told by a cut. */
    private static void send(InputStream content, long size, OutputStream out) throws IOException {
        try (content) {
            byte[] buffer = new byte[CHUNK];
            long left = size;
            while (left > 0) {
                int count = content.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (count < 0) {
                    throw new IOException("the file became shorter while it was sent");
                }
                out.write(buffer, 0, count);
                left -= count;
            }
        }
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

    /** A name from the sandbox must not end the header or begin another; in full it follows as RFC 6266 wants it. */
    static String disposition(String name) {
        String safe = name.replaceAll("[^\\x20-\\x7e]|[\"\\\\]", "_");
        String plain = "attachment; filename=\"" + safe + '"';
        return safe.equals(name)
                ? plain
                : plain + "; filename*=UTF-8''"
                        + URLEncoder.encode(name, StandardCharsets.UTF_8)
                                .replace("+", "%20")
                                .replace("*", "%2A");
    }
}
