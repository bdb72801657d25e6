package dev.sandjar.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandjar.ErrorCode;
import dev.sandjar.FileInfo;
import dev.sandjar.FileWatch;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxFiles;
import dev.sandjar.SandboxId;
import dev.sandjar.client.http.Target;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.Infos;
import dev.sandjar.wire.Json;
import dev.sandjar.wire.MalformedFrameException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The files of a sandbox at a server. Nothing here holds a whole file but {@link #read}. */
final class ServerFiles implements SandboxFiles {
    private final Server server;
    private final SandboxId sandbox;

    ServerFiles(Server server, SandboxId sandbox) {
        this.server = server;
        this.sandbox = sandbox;
    }

    private Target at(String what, String path) {
        return ServerSandbox.at(sandbox, "files", what).with("path", path);
    }

    @Override
    public InputStream open(String path) {
        return Download.open(server, at("content", path), path);
    }

    @Override
    public byte[] read(String path) {
        try (InputStream in = open(path)) {
            byte[] content = in.readNBytes(LARGEST_READ);
            if (in.read() >= 0) {
                throw new SandboxException(
                        ErrorCode.TOO_LARGE,
                        "file " + path + " is larger than " + LARGEST_READ + " bytes",
                        "open it as a stream",
                        null);
            }
            return content;
        } catch (MalformedFrameException e) {
            throw server.notUnderstood(e);
        } catch (IOException e) {
            throw e.getCause() instanceof SandboxException why ? why : Server.interrupted(e);
        }
    }

    @Override
    public FileInfo write(String path, byte[] content) {
        Outage outage = server.outage();
        while (true) { // the whole content is here, and writing it twice does no harm
            try {
                return upload(path, true).send(new ByteArrayInputStream(content), content.length, outage);
            } catch (IOException e) {
                outage.failed(e);
            }
        }
    }

    @Override
    public FileInfo write(String path, InputStream content, boolean overwrite) {
        try {
            return upload(path, overwrite).send(content, -1, server.outage());
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw Server.interrupted(e);
            }
            throw new SandboxException(
                    ErrorCode.UNAVAILABLE,
                    "file " + path + ": the connection to the server was cut before it said that the file is written",
                    "look whether it is there, and send it again",
                    e);
        }
    }

    private Upload upload(String path, boolean overwrite) {
        return new Upload(server, at("content", path).with("overwrite", overwrite));
    }

    @Override
    public FileInfo stat(String path) {
        return server.ask(Call.get(at("info", path)), Infos::file);
    }

    @Override
    public List<FileInfo> list(String path) {
        return server.collect(Call.get(at("list", path)), ServerFiles::listed);
    }

    private static List<FileInfo> listed(FrameStream frames) throws IOException {
        var infos = new ArrayList<FileInfo>();
        while (true) {
            switch (frames.next()) {
                case Frame.Event(JsonNode some) -> infos.addAll(Json.list(some, Infos::file));
                case Frame.End _ -> {
                    infos.sort(Comparator.comparing(FileInfo::name)); // of many the server holds too few to sort them
                    return infos;
                }
                case Frame.Failed(SandboxException why) -> throw why;
                default -> throw new MalformedFrameException("a frame that a list does not have");
            }
        }
    }

    @Override
    public void mkdirs(String path) {
        server.tell(Call.put(at("folder", path), Json.object()));
    }

    @Override
    public void move(String from, String to) {
        Target target = ServerSandbox.at(sandbox, "files", "move");
        server.tell(Call.post(target, Json.object().put("from", from).put("to", to)));
    }

    @Override
    public void remove(String path) {
        server.tell(Call.delete(ServerSandbox.at(sandbox, "files").with("path", path)));
    }

    @Override
    public FileWatch watch(String path) {
        return ServerWatch.open(server, Call.get(at("watch", path)));
    }
}
