package dev.sandjar.engine.files;

import dev.sandjar.FileEvent;
import dev.sandjar.FileWatch;
import dev.sandjar.agent.AgentException;
import dev.sandjar.agent.Channel;
import dev.sandjar.agent.Frame;
import dev.sandjar.agent.ProtocolException;
import dev.sandjar.agent.Replies;
import dev.sandjar.engine.link.AgentConnection;
import dev.sandjar.engine.link.AgentErrors;
import dev.sandjar.engine.link.Subject;
import java.io.IOException;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The events of a WATCH channel. */
final class AgentWatch implements FileWatch {
    private final Subject folder;
    private final Channel channel;
    private final AgentConnection agent;
    private final Runnable whenClosed;
    private final AtomicBoolean closed = new AtomicBoolean();
    private @Nullable FileEvent next;

    AgentWatch(Subject folder, Channel channel, AgentConnection agent, Runnable whenClosed) {
        this.folder = folder;
        this.channel = channel;
        this.agent = agent;
        this.whenClosed = whenClosed;
    }

    @Override
    public boolean hasNext() {
        if (next == null && !closed.get()) {
            try {
                next = receive();
            } catch (AgentException e) {
                throw AgentErrors.translate(e, folder);
            } catch (IOException e) {
                throw agent.lost(e);
            } catch (InterruptedException e) {
                throw AgentConnection.interrupted(e);
            }
        }
        return next != null;
    }

    private @Nullable FileEvent receive() throws IOException, AgentException, InterruptedException {
        return switch (channel.take()) {
            case null -> null; // the agent's answer to our CLOSE
            case Frame.Event event
            when event.event() == 4 -> {
                Replies.Changed changed = Replies.changed(event.payload());
                FileEvent.Kind kind = switch (changed.what()) {
                    case 1 -> FileEvent.Kind.CREATED;
                    case 2 -> FileEvent.Kind.MODIFIED;
                    case 3 -> FileEvent.Kind.REMOVED;
                    default -> FileEvent.Kind.OVERFLOW;
                };
                yield new FileEvent(kind, changed.name());
            }
            default -> throw new ProtocolException("CHANGED expected");
        };
    }

    @Override
    public FileEvent next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException();
        }
        FileEvent taken = next;
        next = null;
        return taken;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            channel.close();
            whenClosed.run();
        }
    }
}
