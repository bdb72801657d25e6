package dev.sandjar.agent;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one connection to a sandbox's agent, shared by all its channels.
 *
 * <p>Threads, both virtual: the reader takes frames off the socket, never runs a caller's code (but gives room back) and never writes; the writer puts queued
 * frames onto it. Callers only queue, because a thread that is interrupted inside a socket's write closes the socket for everybody.
 * Frames that come together wake those who wait for them together: a wake costs more than a frame.
 * Order of locks: a channel's lock is never held while the link's is taken, nor the reverse. Neither is held over a read or write.
 */
public final class Link implements AutoCloseable {
    private static final int MOST_CHANNELS =
            1_024; // an honest agent has no more either; each may hold the window of its kind
    private static final int KNOWS_OR_SH = 1; // a feature
    private static final int KNOWS_CUT = 2; // a feature
    private static final int SMALL =
            256; // bytes of a request that needs no room: there are no more of them than channels
    private static final int MOST_UNAWARE =
            64; // channels: what came for them is here, and should not wait for much more

    private final ByteChannel socket;
    private final FrameReader reader;
    private final Room room;
    private final Consumer<Link> whenCut;
    private final Outbox outbox = new Outbox();
    private final Set<Channel> unaware = new LinkedHashSet<>(); // of what was delivered; the reader's alone
    private int features; // set before anybody has the link

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Map<Integer, Channel> channels = new HashMap<>();
    private int nextChannel = 1;
    private @Nullable IOException cut;

    /** For requests that were not answered yet: an agent may take as long as its sandbox likes. */
    @FunctionalInterface
    public interface Room {
        /**
         * Never waits.
         *
         * @param bytes of one request, 257 or more
         * @return what gives it back, run once; null when there is none
         */
        @Nullable
        Runnable take(int bytes);
    }

    private <S extends ByteChannel & ScatteringByteChannel> Link(S socket, Room room, Consumer<Link> whenCut) {
        this.socket = socket;
        this.reader = new FrameReader(socket, this::wake);
        this.room = room;
        this.whenCut = whenCut;
    }

    /**
     * Makes sure of the agent at the other end and takes the connection over.
     *
     * @param socket connected, in blocking mode; closed when this fails
     * @param key the sandbox's key, 32 bytes
     * @param name for thread names
     * @param limit how long the agent may take to prove itself
     * @param room for all that is asked
     * @param whenCut told once, on a thread of the link's, when it has ended for whatever reason
     * @throws IOException the agent refused us, is not ours, broke a rule, or took too long
     */
    public static <S extends ByteChannel & GatheringByteChannel & ScatteringByteChannel> Link open(
            S socket, byte[] key, String name, Duration limit, Room room, Consumer<Link> whenCut) throws IOException {
        var link = new Link(socket, room, whenCut);
        var greeted = new CompletableFuture<Integer>();
        Thread.ofVirtual().name("link-read-" + name).start(() -> {
            int features;
            try {
                features = Handshake.asEngine(link.reader, socket, key);
            } catch (IOException | RuntimeException e) {
                greeted.completeExceptionally(e);
                return;
            }
            if (greeted.complete(features)) {
                link.readLoop();
            }
        });
        try {
            link.features = greeted.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException | InterruptedException e) {
            socket.close();
            switch (e) {
                case InterruptedException _ -> {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("interrupted while greeting the agent");
                }
                case ExecutionException failed when failed.getCause() instanceof IOException cause -> throw cause;
                case TimeoutException _ -> throw new AgentTimeoutException(limit);
                default -> throw new IOException(e);
            }
        }
        Thread.ofVirtual().name("link-write-" + name).start(() -> link.writeLoop(socket));
        return link;
    }

    /** The same, for few requests of our own. */
    public static <S extends ByteChannel & GatheringByteChannel & ScatteringByteChannel> Link open(
            S socket, byte[] key, String name, Duration limit, Consumer<Link> whenCut) throws IOException {
        return open(socket, key, name, limit, _ -> Link::needsNoRoom, whenCut);
    }

    /** Whether the agent, which may be older than we are, knows {@link Requests#OR_SH}. */
    public boolean knowsOrSh() {
        return (features & KNOWS_OR_SH) != 0;
    }

    /** Whether it knows {@link Requests#commandsCut}. */
    public boolean knowsCut() {
        return (features & KNOWS_CUT) != 0;
    }

    /** Sends a request on a channel of its own. */
    public Channel open(Request request) throws IOException {
        return open(List.of(request)).getFirst();
    }

    /**
     * Sends several requests in one write, so that the agent sees them together.
     *
     * @throws CrowdedLinkException there is no channel for them, or no room
     */
    public List<Channel> open(List<Request> requests) throws IOException {
        List<Runnable> places = places(requests);
        lock.lock();
        try {
            refuseWhenCut();
            if (channels.size() + requests.size() > MOST_CHANNELS) {
                throw new CrowdedLinkException(MOST_CHANNELS + " requests are under way");
            }
            var opened = new ArrayList<Channel>(requests.size());
            var frames = new ArrayList<Frame>();
            for (Request request : requests) {
                var channel = new Channel(this, freeNumber(), request.window());
                opened.add(channel);
                frames.add(new Frame.Open(channel.number(), request.kind(), request.payload()));
                if (request.window() > Frame.WINDOW) {
                    frames.add(new Frame.Credit(channel.number(), request.window() - Frame.WINDOW));
                }
            }
            outbox.add(frames);
            for (int i = 0; i < opened.size(); i++) {
                opened.get(i).place = places.get(i);
                channels.put(opened.get(i).number(), opened.get(i));
            }
            places = List.of();
            return opened;
        } finally {
            lock.unlock();
            places.forEach(Runnable::run);
        }
    }

    private List<Runnable> places(List<Request> requests) throws CrowdedLinkException {
        var places = new ArrayList<Runnable>(requests.size());
        for (Request request : requests) {
            int bytes = request.payload().remaining();
            @Nullable Runnable place = bytes <= SMALL ? Link::needsNoRoom : room.take(bytes);
            if (place == null) {
                places.forEach(Runnable::run);
                throw new CrowdedLinkException("as many requests wait for agents as there is room for");
            }
            places.add(place);
        }
        return places;
    }

    static void needsNoRoom() {}

    /** Under the lock. */
    private static void leavePlace(Channel channel) {
        channel.place.run();
        channel.place = Link::needsNoRoom;
    }

    /** Sends a request whose answer is of no interest. */
    public void tell(Request request) throws IOException {
        open(request).abandon();
    }

    /** Whether it still stands, as far as is known. */
    public boolean isOpen() {
        lock.lock();
        try {
            return cut == null;
        } finally {
            lock.unlock();
        }
    }

    /** Cuts the link; the agent and its commands live on. */
    @Override
    public void close() {
        fail(new IOException("closed by us"));
    }

    void send(Frame frame) throws IOException {
        lock.lock();
        try {
            refuseWhenCut();
            outbox.add(List.of(frame));
        } finally {
            lock.unlock();
        }
    }

    /** Asks the agent to stop, if it has heard of the channel at all. */
    void end(int channel) {
        lock.lock();
        try {
            if (cut != null) {
                return;
            }
            if (outbox.withdraw(channel)) {
                Channel unheard = channels.remove(channel);
                if (unheard != null) {
                    leavePlace(unheard);
                }
            } else {
                outbox.add(List.of(new Frame.Close(channel, 0, "")));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Output of a channel before an offset was taken. */
    void taken(int channel, long offset) {
        outbox.taken(channel, offset);
    }

    /** Waits while more is queued than the socket should be ahead of. */
    void awaitRoom() throws IOException, InterruptedException {
        outbox.awaitRoom();
        lock.lock();
        try {
            refuseWhenCut();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the link, tells every channel why, and returns that. The first reason stays. */
    IOException fail(IOException why) {
        List<Channel> open;
        lock.lock();
        try {
            if (cut != null) {
                return cut;
            }
            cut = why;
            open = List.copyOf(channels.values());
            channels.clear();
            open.forEach(Link::leavePlace);
            outbox.close();
        } finally {
            lock.unlock();
        }
        try (socket) {
            if (socket
                    instanceof SocketChannel connected) { // at once: closing waits for our own threads to let go of it
                connected.shutdownOutput();
                connected.shutdownInput();
            }
        } catch (IOException closing) {
            why.addSuppressed(closing);
        }
        open.forEach(channel -> channel.cut(why));
        whenCut.accept(this);
        return why;
    }

    private void refuseWhenCut() throws IOException {
        if (cut != null) {
            throw new LinkCutException(cut);
        }
    }

    private int freeNumber() {
        while (nextChannel <= 0 || channels.containsKey(nextChannel)) {
            nextChannel = nextChannel <= 0 ? 1 : nextChannel + 1;
        }
        return nextChannel++;
    }

    private void readLoop() {
        try {
            for (Frame frame = reader.read(); frame != null; frame = reader.read()) {
                dispatch(frame);
            }
            fail(new IOException("the agent ended the connection"));
        } catch (IOException e) {
            fail(e);
        } finally {
            wake();
            fail(new IOException("the link's reader has ended")); // by a mistake of ours: callers must not wait for it
        }
    }

    private void dispatch(Frame frame) throws ProtocolException {
        Channel channel;
        lock.lock();
        try {
            channel = frame instanceof Frame.Close ? channels.remove(frame.channel()) : channels.get(frame.channel());
            if (channel != null && (frame instanceof Frame.Reply || frame instanceof Frame.Close)) {
                leavePlace(channel);
            }
        } finally {
            lock.unlock();
        }
        if (channel == null) {
            throw new ProtocolException("a frame on a channel that is not open");
        }
        if (frame instanceof Frame.Open || frame instanceof Frame.Taken) {
            throw new ProtocolException("a frame that only engines send");
        }
        channel.deliver(frame);
        if (!unaware.add(channel) || unaware.size() == MOST_UNAWARE) { // two for one: who takes them should be at work
            wake();
        }
    }

    /** Whoever does not know yet that there is work. */
    private void wake() {
        unaware.forEach(Channel::wake);
        unaware.clear();
    }

    private void writeLoop(GatheringByteChannel to) {
        try {
            for (List<ByteBuffer> batch = outbox.next(); batch != null; batch = outbox.next()) {
                ByteBuffer[] buffers = batch.toArray(ByteBuffer[]::new);
                int first = 0;
                while (first < buffers.length) {
                    to.write(buffers, first, Math.min(buffers.length - first, 1_024)); // IOV_MAX
                    while (first < buffers.length && !buffers[first].hasRemaining()) {
                        first++;
                    }
                }
            }
        } catch (IOException e) {
            fail(e);
        }
    }
}
