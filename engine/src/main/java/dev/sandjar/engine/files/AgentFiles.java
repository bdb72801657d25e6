package dev.sandjar.engine.files;

import dev.sandjar.ErrorCode;
import dev.sandjar.FileInfo;
import dev.sandjar.FileWatch;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxFiles;
import dev.sandjar.agent.AgentException;
import dev.sandjar.agent.Channel;
import dev.sandjar.agent.Frame;
import dev.sandjar.agent.ProtocolException;
import dev.sandjar.agent.Replies;
import dev.sandjar.agent.Requests;
import dev.sandjar.engine.lifecycle.LiveSandbox;
import dev.sandjar.engine.link.AgentConnection;
import dev.sandjar.engine.link.AgentErrors;
import dev.sandjar.engine.link.Subject;
import dev.sandjar.engine.stream.ChannelInput;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Files of a sandbox, through its agent. Nothing here holds a whole file but {@link #read}. */
public final class AgentFiles implements SandboxFiles {
    private static final int CHUNK = 256 * 1024;

    private final LiveSandbox sandbox;
    private final Duration limit;
    private final String folder;

    /** @param limit how long the agent may take from the last byte of a write until the file is in place */
    public AgentFiles(LiveSandbox sandbox, Duration limit) {
        this(sandbox, limit, LiveSandbox.WORKSPACE);
    }

    private AgentFiles(LiveSandbox sandbox, Duration limit, String folder) {
        this.sandbox = sandbox;
        this.limit = limit;
        this.folder = folder;
    }

    @Override
    public SandboxFiles within(String other) {
        if (!other.startsWith("/")) {
            throw SandboxException.invalid("folder", "relative", "an absolute path");
        }
        FilePath.of(folder, other);
        return new AgentFiles(sandbox, limit, other);
    }

    @Override
    public InputStream open(String path) {
        FilePath at = FilePath.of(folder, path);
        AgentConnection agent = sandbox.acquire();
        Channel channel = null;
        try {
            channel = agent.open(Requests.read(at.base(), at.path(), 0, 0));
            Replies.Stat then = stat(agent, agent.reply(channel, Subject.file(path)));
            var content = new ChannelInput(channel, Subject.file(path), sandbox::used, sandbox::release);
            return new WholeFile(content, path, then, () -> look(path));
        } catch (RuntimeException e) {
            if (channel != null) {
                channel.close();
            }
            sandbox.release();
            throw e;
        }
    }

    @Override
    public byte[] read(String path) {
        try (InputStream in = open(path)) {
            byte[] content = in.readNBytes(LARGEST_READ);
            if (in.read() >= 0) {
                throw new SandboxException(
                        ErrorCode.TOO_LARGE,
                        Subject.file(path) + " is larger than " + LARGEST_READ + " bytes",
                        "open it as a stream",
                        null);
            }
            return content;
        } catch (IOException e) {
            throw e.getCause() instanceof SandboxException why
                    ? why
                    : sandbox.agent().lost(e);
        }
    }

    @Override
    public FileInfo write(String path, byte[] content) {
        return write(path, new ByteArrayInputStream(content), true);
    }

    @Override
    public FileInfo write(String path, InputStream content, boolean overwrite) {
        FilePath at = FilePath.of(folder, path);
        AgentConnection agent = sandbox.acquire();
        try (Channel channel = agent.open(
                Requests.write(at.base(), at.path(), 0, overwrite, true))) { // closed before EOF: nothing is left
            agent.reply(channel, Subject.file(path));
            copy(content, channel);
            channel.sendEof();
            return written(channel, path);
        } catch (AgentException e) {
            throw AgentErrors.translate(e, Subject.file(path));
        } catch (SourceException e) {
            if (e.getCause() instanceof IOException read && read.getCause() instanceof SandboxException why) {
                throw why; // the source knows better, such as a limit of its own
            }
            throw new SandboxException(
                    ErrorCode.UNAVAILABLE,
                    Subject.file(path) + " was not written: its content ended early",
                    "send it again",
                    e.getCause());
        } catch (IOException e) {
            throw agent.lost(e);
        } catch (InterruptedException e) {
            throw AgentConnection.interrupted(e);
        } finally {
            sandbox.release();
        }
    }

    /** Reading the caller's content failed; not the agent's fault. */
    private static final class SourceException extends Exception {
        SourceException(IOException cause) {
            super(cause);
        }
    }

    private static void copy(InputStream content, Channel channel)
            throws IOException, InterruptedException, SourceException {
        byte[] buffer = new byte[CHUNK];
        while (true) {
            int count;
            try {
                count = content.read(buffer);
            } catch (IOException e) {
                throw new SourceException(e);
            }
            if (count < 0 || !channel.send(ByteBuffer.wrap(buffer, 0, count))) {
                return; // the agent wants no more: its CLOSE says why
            }
        }
    }

    private FileInfo written(Channel channel, String path) throws IOException, InterruptedException, AgentException {
        return switch (channel.take(limit)) {
            case Frame.Event event when event.event() == 3 -> info(path, Replies.stat(event.payload()));
            case null, default -> throw new ProtocolException("WRITTEN expected");
        };
    }

    @Override
    public FileInfo stat(String path) {
        return info(path, look(path));
    }

    private Replies.Stat look(String path) {
        FilePath at = FilePath.of(folder, path);
        AgentConnection agent = sandbox.agent();
        return stat(agent, agent.call(Requests.stat(at.base(), at.path()), Subject.file(path)));
    }

    private static Replies.Stat stat(AgentConnection agent, ByteBuffer reply) {
        try {
            return Replies.stat(reply);
        } catch (ProtocolException e) {
            throw agent.lost(e);
        }
    }

    @Override
    public List<FileInfo> list(String path) {
        try (Stream<FileInfo> entries = entries(path)) {
            return entries.sorted(Comparator.comparing(FileInfo::name)).toList();
        }
    }

    @Override
    public Stream<FileInfo> entries(String path) {
        FilePath at = FilePath.of(folder, path);
        AgentConnection agent = sandbox.acquire();
        FolderEntries entries;
        try {
            Channel channel = agent.open(Requests.list(at.base(), at.path()));
            agent.reply(channel, Subject.folder(path));
            String before = path.endsWith("/") ? path : path + "/";
            entries = new FolderEntries(
                    channel,
                    agent,
                    Subject.folder(path),
                    limit,
                    entry -> info(before + entry.name(), entry.stat()),
                    sandbox::release);
        } catch (RuntimeException e) {
            sandbox.release();
            throw e;
        }
        var one = Spliterators.spliteratorUnknownSize(entries.begin(), Spliterator.ORDERED | Spliterator.NONNULL);
        return StreamSupport.stream(one, false).onClose(entries::close);
    }

    @Override
    public void mkdirs(String path) {
        FilePath at = FilePath.of(folder, path);
        sandbox.agent().call(Requests.mkdirs(at.base(), at.path()), Subject.folder(path));
    }

    @Override
    public void move(String from, String to) {
        FilePath source = FilePath.of(folder, from);
        FilePath target = FilePath.of(folder, to);
        if (!FilePath.sameBase(source, target)) {
            throw SandboxException.invalid(
                    "path", "one relative and one absolute", "both relative to the workspace, or both absolute");
        }
        sandbox.agent().call(Requests.move(source.base(), source.path(), target.path()), Subject.moving(from));
    }

    @Override
    public void remove(String path) {
        FilePath at = FilePath.of(folder, path);
        sandbox.agent().call(Requests.remove(at.base(), at.path()), Subject.file(path));
    }

    @Override
    public FileWatch watch(String path) {
        FilePath at = FilePath.of(folder, path);
        AgentConnection agent = sandbox.acquire();
        try {
            Channel channel = agent.open(Requests.watch(at.base(), at.path()));
            agent.reply(channel, Subject.folder(path));
            return new AgentWatch(Subject.folder(path), channel, agent, sandbox::release);
        } catch (RuntimeException e) {
            sandbox.release();
            throw e;
        }
    }

    private static FileInfo info(String path, Replies.Stat stat) {
        String trimmed = path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        FileInfo.Type type = switch (stat.type()) {
            case 1 -> FileInfo.Type.FILE;
            case 2 -> FileInfo.Type.DIRECTORY;
            case 3 -> FileInfo.Type.SYMLINK;
            default -> FileInfo.Type.OTHER;
        };
        return new FileInfo(
                trimmed.substring(trimmed.lastIndexOf('/') + 1),
                path,
                type,
                stat.size(),
                stat.mode() & 07777,
                Instant.ofEpochMilli(stat.modifiedMillis()));
    }
}
