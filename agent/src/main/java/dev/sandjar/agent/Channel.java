package dev.sandjar.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * One exchange on a link: a request, its reply, and what streams after it.
 *
 * <p>Threads: the link's reader delivers, one caller takes, one caller sends. Frames that were taken grant the agent credit, so a caller
 * that stops taking stalls this channel and no other. Interrupting a caller harms neither channel nor link.
 */
public final class Channel implements AutoCloseable {
    private static final int LARGEST_DATA = 64 * 1024;
    private static final int OVERHEAD = 64;

    private final Link link;
    private final int number;
    private final int grant; // granting in halves of the window keeps the agent busy and CREDIT frames rare

    Runnable place = Link::needsNoRoom; // of its request, until that is answered; guarded by the lock of its link

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Condition arrived = lock.newCondition();
    private final Condition granted = lock.newCondition();
    private final Queue<Frame> inbox = new ArrayDeque<>();
    private long receivable; // what the agent may still spend
    private int taken; // what was taken since the last grant
    private long sendable = Frame.WINDOW; // what we may still spend
    private Frame.@Nullable Close ending; // the agent's CLOSE
    private @Nullable IOException cut;
    private boolean replied;
    private boolean eof;
    private boolean abandoned;

    Channel(Link link, int number, int window) {
        this.link = link;
        this.number = number;
        this.grant = window / 2;
        this.receivable = window;
    }

    int number() {
        return number;
    }

    /** Sends a request about this channel, which is known by its number on its own link only. */
    public Channel open(IntFunction<Request> about) throws IOException {
        return link.open(about.apply(number));
    }

    /**
     * Waits for the request's reply.
     *
     * @param longest how long to wait
     * @return its payload
     * @throws AgentException the agent refused
     * @throws AgentTimeoutException nothing came for so long
     * @throws IOException the link was cut, or the agent broke a rule
     */
    public ByteBuffer reply(Duration longest) throws IOException, AgentException, InterruptedException {
        Frame frame = take(longest);
        return switch (frame) {
            case Frame.Reply(int _, ByteBuffer payload) -> payload;
            case null -> throw noReply();
            default -> throw link.fail(new ProtocolException("a reply must come first"));
        };
    }

    private IOException noReply() {
        lock.lock();
        try {
            return ending == null
                    ? new ClosedChannelException() // by us, meanwhile
                    : link.fail(new ProtocolException("CLOSE without a reply or an error"));
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #take(Duration)}, without a limit: for streams, which end when the link does. */
    public @Nullable Frame take() throws IOException, AgentException, InterruptedException {
        return take(Duration.ofNanos(Long.MAX_VALUE));
    }

    /**
     * Waits for the next frame: REPLY, DATA, OUTPUT, EVENT or EOF.
     *
     * @return null when the agent has closed the channel without an error, or another thread on this side has
     */
    public @Nullable Frame take(Duration longest) throws IOException, AgentException, InterruptedException {
        int owed = 0;
        Frame frame;
        lock.lockInterruptibly();
        try {
            long left = longest.toNanos();
            while (inbox.isEmpty() && !isOver()) {
                if (left == Long.MAX_VALUE) {
                    arrived.await(); // a timer for each frame would cost more than the frame
                } else if (left > 0) {
                    left = arrived.awaitNanos(left);
                } else {
                    throw new AgentTimeoutException(longest);
                }
            }
            frame = inbox.poll();
            if (frame == null) {
                return ended();
            }
            taken += cost(frame);
            if (taken >= grant && ending == null) {
                owed = taken;
                receivable += taken;
                taken = 0;
            }
        } finally {
            lock.unlock();
        }
        if (owed > 0) {
            link.send(new Frame.Credit(number, owed));
        }
        return frame;
    }

    /** An agent that is frozen does not answer a CLOSE: nobody waits for that. */
    private boolean isOver() {
        return ending != null || cut != null || abandoned;
    }

    private @Nullable Frame ended() throws IOException, AgentException {
        if (ending != null) {
            if (ending.error() != 0) {
                throw new AgentException(AgentError.of(ending.error()), ending.message());
            }
            return null;
        }
        if (cut != null) {
            throw new LinkCutException(cut);
        }
        return null;
    }

    /**
     * Sends bytes, waiting for credit.
     *
     * @return false when the agent has closed the channel and wants no more, or another thread on this side has
     */
    public boolean send(ByteBuffer bytes) throws IOException, InterruptedException {
        ByteBuffer left = bytes.duplicate();
        while (left.hasRemaining()) {
            int count = reserve(Math.min(left.remaining(), LARGEST_DATA));
            if (count == 0) {
                return false;
            }
            byte[] copy = new byte[count]; // the caller may use its buffer again at once
            left.get(copy);
            link.send(new Frame.Data(number, ByteBuffer.wrap(copy)));
            link.awaitRoom();
        }
        return true;
    }

    private int reserve(int wanted) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            while (sendable <= OVERHEAD && !isOver()) {
                granted.await();
            }
            if (cut != null) {
                throw new LinkCutException(cut);
            }
            if (isOver()) {
                return 0;
            }
            int count = (int) Math.min(wanted, sendable - OVERHEAD);
            sendable -= count + OVERHEAD;
            return count;
        } finally {
            lock.unlock();
        }
    }

    /** Tells the agent that no more comes. */
    public void sendEof() throws IOException {
        link.send(new Frame.Eof(number));
    }

    /** Tells the agent that the output before an offset need not be held any more. A channel that has ended does not mind. */
    public void taken(long offset) {
        lock.lock();
        try {
            if (abandoned || ending != null || cut != null) {
                return;
            }
        } finally {
            lock.unlock();
        }
        link.taken(number, offset);
    }

    /** Lets go: what still arrives is dropped, and the agent is asked to stop, or never hears of a request that has not left yet. */
    @Override
    public void close() {
        boolean tell;
        lock.lock();
        try {
            tell = !abandoned && ending == null && cut == null;
            abandoned = true;
            inbox.clear();
            arrived.signalAll();
            granted.signalAll();
        } finally {
            lock.unlock();
        }
        if (tell) {
            link.end(number);
        }
    }

    /** Lets go without asking the agent to stop: for requests whose answer is of no interest. */
    void abandon() {
        lock.lock();
        try {
            abandoned = true;
        } finally {
            lock.unlock();
        }
    }

    // ---- called by the link's reader, which never waits here

    /** Takes a frame in. Whoever waits for it hears of it by {@link #wake}. */
    void deliver(Frame frame) throws ProtocolException {
        lock.lock();
        try {
            receivable -= cost(frame);
            if (receivable < 0) {
                throw new ProtocolException("more bytes than were granted");
            }
            switch (frame) {
                case Frame.Close close -> {
                    AgentError.of(close.error());
                    ending = close;
                }
                case Frame.Credit(int _, long bytes) -> sendable = Math.min(sendable + bytes, 16L << 20);
                case Frame.Reply reply -> {
                    if (replied) {
                        throw new ProtocolException("a second REPLY");
                    }
                    replied = true;
                    accept(reply);
                }
                case Frame.Eof end -> {
                    if (eof) {
                        throw new ProtocolException("a second EOF");
                    }
                    eof = true;
                    accept(end);
                }
                default -> accept(frame);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whoever waits for what was delivered. */
    void wake() {
        lock.lock();
        try {
            arrived.signalAll();
            if (sendable > OVERHEAD || isOver()) {
                granted.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void accept(Frame frame) {
        if (!abandoned) {
            inbox.add(frame);
        }
    }

    void cut(IOException why) {
        lock.lock();
        try {
            cut = why;
        } finally {
            lock.unlock();
        }
        wake();
    }

    /** What a frame costs of the window: more than its bytes, so that many small ones cannot fill the receiver's memory. */
    private static int cost(Frame frame) {
        return switch (frame) {
            case Frame.Data data -> OVERHEAD + data.bytes().remaining();
            case Frame.Output output -> OVERHEAD + 9 + output.bytes().remaining();
            case Frame.Event event -> OVERHEAD + 1 + event.payload().remaining();
            default -> 0;
        };
    }
}
