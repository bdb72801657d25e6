package dev.sandjar.engine.files;

import dev.sandjar.FileInfo;
import dev.sandjar.SandboxException;
import dev.sandjar.agent.AgentException;
import dev.sandjar.agent.Channel;
import dev.sandjar.agent.Frame;
import dev.sandjar.agent.ProtocolException;
import dev.sandjar.agent.Replies;
import dev.sandjar.engine.link.AgentConnection;
import dev.sandjar.engine.link.AgentErrors;
import dev.sandjar.engine.link.Subject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * The entries of a folder as the agent sends them: it holds the list, in its sandbox's memory, and here is one piece of it. A folder of few is
 * sorted by name.
 */
final class FolderEntries implements Iterator<FileInfo>, AutoCloseable {
    private static final int FEW = 1_000;
    private static final int MOST = 20_000; // the agent's own bound

    private final Channel channel;
    private final AgentConnection agent;
    private final Subject folder;
    private final Duration limit;
    private final Function<Replies.Entry, FileInfo> info;
    private final Runnable whenClosed;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Deque<FileInfo> ready = new ArrayDeque<>();
    private ByteBuffer rest = ByteBuffer.allocate(0);
    private int count;
    private boolean ended;

    /** @param channel of a LIST that was answered */
    FolderEntries(
            Channel channel,
            AgentConnection agent,
            Subject folder,
            Duration limit,
            Function<Replies.Entry, FileInfo> info,
            Runnable whenClosed) {
        this.channel = channel;
        this.agent = agent;
        this.folder = folder;
        this.limit = limit;
        this.info = info;
        this.whenClosed = whenClosed;
    }

    /** Takes the first ones, and sorts them if there are no more. */
    FolderEntries begin() {
        List<FileInfo> first = new ArrayList<>();
        while (first.size() <= FEW && hasNext()) {
            first.add(next());
        }
        if (first.size() <= FEW) {
            first.sort(Comparator.comparing(FileInfo::name));
        }
        ready.addAll(first);
        return this;
    }

    @Override
    public boolean hasNext() {
        if (!ready.isEmpty()) {
            return true;
        }
        try {
            receive();
        } catch (AgentException e) {
            throw failed(AgentErrors.translate(e, folder));
        } catch (IOException e) {
            throw failed(agent.lost(e));
        } catch (InterruptedException e) {
            throw failed(AgentConnection.interrupted(e));
        }
        return !ready.isEmpty();
    }

    private SandboxException failed(SandboxException why) {
        close();
        return why;
    }

    private void receive() throws IOException, InterruptedException, AgentException {
        while (!ended) {
            Replies.Entry entry = Replies.entry(rest);
            if (entry != null) {
                if (++count > MOST) {
                    throw new ProtocolException("LIST of more than its bound");
                }
                ready.add(info.apply(entry));
                return;
            }
            switch (channel.take(limit)) {
                case Frame.Data(int _, ByteBuffer bytes) ->
                    rest = ByteBuffer.allocate(rest.remaining() + bytes.remaining())
                            .put(rest)
                            .put(bytes.duplicate())
                            .flip();
                case null -> {
                    if (rest.hasRemaining()) {
                        throw new ProtocolException("LIST ends inside an entry");
                    }
                    ended = true;
                }
                default -> throw new ProtocolException("DATA expected");
            }
        }
    }

    @Override
    public FileInfo next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return ready.remove();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            channel.close();
            whenClosed.run();
        }
    }
}
