package dev.sandjar.engine.link;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.agent.AgentException;
import dev.sandjar.agent.AgentTimeoutException;
import dev.sandjar.agent.Channel;
import dev.sandjar.agent.CrowdedLinkException;
import dev.sandjar.agent.Frame;
import dev.sandjar.agent.Link;
import dev.sandjar.agent.LinkCutException;
import dev.sandjar.agent.Request;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.Placement;
import dev.sandjar.runtime.SandboxRuntime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The way to one sandbox's agent. Connects when it is first needed, and again after a cut.
 *
 * <p>The lock is held while connecting, so that many callers make one link; never while waiting for an answer.
 */
public final class AgentConnection implements AutoCloseable {
    private final SandboxId id;
    private final SandboxRuntime runtime;
    private final Duration limit;
    private final Link.Room room;
    private final Runnable whenCut;

    private final ReentrantLock lock = new ReentrantLock(); // guards: placement, link, closed
    private Placement placement;
    private @Nullable Link link;
    private boolean closed;

    /**
     * @param limit how long the agent may take to answer
     * @param room for what it is asked
     * @param whenCut told, on a thread of its own, when a link that stood has ended and we did not end it
     */
    public AgentConnection(
            Placement placement, SandboxRuntime runtime, Duration limit, Link.Room room, Runnable whenCut) {
        this.id = placement.id();
        this.placement = placement;
        this.runtime = runtime;
        this.limit = limit;
        this.room = room;
        this.whenCut = whenCut;
    }

    public SandboxId id() {
        return id;
    }

    /** Connects now, so that the first request need not. */
    public void connect(Deadline deadline) throws IOException {
        link(deadline);
    }

    /** Sends a request and waits for its reply. */
    public ByteBuffer call(Request request) {
        return call(request, Subject.sandbox());
    }

    /**
     * Sends a request and waits for its reply.
     *
     * @param what what it is about, for errors
     */
    public ByteBuffer call(Request request, Subject what) {
        return reply(open(request), what);
    }

    /** Waits for a reply; the channel is closed when there is none. */
    public ByteBuffer reply(Channel channel, Subject what) {
        return awaited(channel, what, Channel::reply);
    }

    /** Waits for a frame that the agent need not wait for; the channel is closed when there is none. Null when the agent has closed it. */
    public @Nullable Frame take(Channel channel, Subject what) {
        return awaited(channel, what, Channel::take);
    }

    private interface Wait<T extends @Nullable Object> {
        T await(Channel channel, Duration longest) throws IOException, AgentException, InterruptedException;
    }

    private <T extends @Nullable Object> T awaited(Channel channel, Subject what, Wait<T> wait) {
        try {
            return wait.await(channel, limit);
        } catch (AgentException e) {
            throw AgentErrors.translate(e, what);
        } catch (IOException e) {
            channel.close();
            throw lost(e);
        } catch (InterruptedException e) {
            channel.close();
            throw interrupted(e);
        }
    }

    public Channel open(Request request) {
        return open(List.of(request)).getFirst();
    }

    public List<Channel> open(List<Request> requests) {
        try {
            return link(Deadline.in("agent", limit)).open(requests);
        } catch (LinkCutException cutJustNow) {
            return openOnce(requests);
        } catch (IOException e) {
            throw lost(e);
        }
    }

    private List<Channel> openOnce(List<Request> requests) {
        try {
            return link(Deadline.in("agent", limit)).open(requests);
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /** As {@link Link#knowsOrSh}. */
    public boolean knowsOrSh() {
        try {
            return link(Deadline.in("agent", limit)).knowsOrSh();
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /** As {@link Link#knowsCut}. */
    public boolean knowsCut() {
        try {
            return link(Deadline.in("agent", limit)).knowsCut();
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /** Sends a request whose answer is of no interest, if the agent can be reached. */
    public void tell(Request request) {
        try {
            link(Deadline.in("agent", limit)).tell(request);
        } catch (IOException | SandboxException unreachable) {
            // whoever needs an answer will be told
        }
    }

    /** The error for an agent that did not answer. */
    public SandboxException lost(IOException e) {
        return switch (e) {
            case AgentTimeoutException timeout ->
                SandboxException.deadlineExceeded(
                        "agent", limit.toSeconds() + " s", "an answer of the sandbox's agent");
            case CrowdedLinkException crowded ->
                new SandboxException(
                        ErrorCode.NO_CAPACITY,
                        "sandbox " + id + ": " + crowded.getMessage(),
                        "end commands, watches, files or streams of sandboxes that do not answer first, or try again later",
                        e);
            default -> SandboxException.lost(id, "its agent does not answer", e);
        };
    }

    /** An interruption in a method that cannot throw it: the flag stays, the caller gets an error. */
    public static SandboxException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return SandboxException.interrupted("the call", e);
    }

    @Override
    public void close() {
        Link open;
        lock.lock();
        try {
            closed = true;
            open = link;
            link = null;
        } finally {
            lock.unlock();
        }
        if (open != null) {
            open.close();
        }
    }

    private Link link(Deadline deadline) throws IOException {
        lock.lock();
        try {
            if (closed) {
                throw new IOException("the sandbox is gone");
            }
            if (link == null || !link.isOpen()) {
                link = Link.open(
                        runtime.dial(placement, deadline),
                        placement.key().bytes(),
                        id.toString().substring(0, 8),
                        deadline.left(),
                        room,
                        this::cut);
            }
            return link;
        } finally {
            lock.unlock();
        }
    }

    private void cut(Link which) {
        boolean ours;
        lock.lock();
        try {
            ours = !closed && link == which;
            if (ours) {
                link = null;
            }
        } finally {
            lock.unlock();
        }
        if (ours) {
            Thread.ofVirtual().name("link-cut-" + id).start(whenCut);
        }
    }
}
