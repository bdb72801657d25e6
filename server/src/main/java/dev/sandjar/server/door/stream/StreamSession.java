package dev.sandjar.server.door.stream;

import dev.sandjar.CommandId;
import dev.sandjar.ErrorCode;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.server.limit.RateLimits;
import dev.sandjar.server.limit.Shares;
import dev.sandjar.wire.StreamMessage;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A client's channels to the commands of one sandbox; they outlive its connection for a while. One connection at a time serves them. */
final class StreamSession implements AutoCloseable {
    private static final int MOST_CHANNELS = 1_000;
    private static final int HOLDS = 4 * 1024; // bytes of a channel that stands still, without its output

    /** Channels of all connections, also of those that were cut and may come back: an eighth of all memory. */
    private static final Shares CHANNELS =
            new Shares((int) (Runtime.getRuntime().maxMemory() / 8 / HOLDS));

    private final Sandbox sandbox;
    private final String owner;
    private final ReentrantLock serving =
            new ReentrantLock(); // held by the thread of the connection; guards what follows
    private final Map<Integer, StreamChannel> channels = new HashMap<>();
    private final RequestCount requests;
    private final AtomicReference<@Nullable StreamSocket> socket = new AtomicReference<>(); // the last one that came

    StreamSession(Sandbox sandbox, String owner, RateLimits limits) {
        this.sandbox = sandbox;
        this.owner = owner;
        this.requests = new RequestCount(limits, owner);
    }

    /** Serves a connection until it ends; one that there was before has ended then. */
    void serve(StreamSocket now) throws InterruptedException {
        StreamSocket before = socket.getAndSet(now);
        if (before != null) {
            before.cut();
        }
        serving.lockInterruptibly();
        try {
            while (true) {
                take(now.receive(), now);
            }
        } catch (StreamSocket.MalformedException e) {
            now.refuse(e);
        } catch (IOException gone) {
            // it may come back
        } finally {
            requests.cut(channels.keySet());
            channels.values().forEach(StreamChannel::park);
            channels.values().removeIf(this::isOver);
            serving.unlock();
        }
    }

    private boolean isOver(StreamChannel channel) {
        boolean over = channel.isDone();
        if (over) {
            close(channel);
        }
        return over;
    }

    /** Whether nothing would be lost with it. */
    boolean isEmpty() {
        serving.lock();
        try {
            return channels.isEmpty();
        } finally {
            serving.unlock();
        }
    }

    private void take(StreamMessage.FromClient message, StreamSocket from) throws IOException, InterruptedException {
        try {
            requests.take(message);
            handle(message, from);
        } catch (RateLimits.TooMany e) {
            from.send(new StreamMessage.Failed(message.channel(), about(message), e.error()));
        } catch (SandboxException e) {
            from.send(new StreamMessage.Failed(message.channel(), about(message), e));
        }
    }

    private static StreamMessage.About about(StreamMessage.FromClient message) {
        return switch (message) {
            case StreamMessage.Start _, StreamMessage.Attach _ -> StreamMessage.About.CHANNEL;
            case StreamMessage.OpenInput _, StreamMessage.Input _, StreamMessage.EndInput _ ->
                StreamMessage.About.INPUT;
            case StreamMessage.Follow _,
                    StreamMessage.Taken _,
                    StreamMessage.SendSignal _,
                    StreamMessage.Kill _,
                    StreamMessage.Resize _,
                    StreamMessage.Leave _ -> StreamMessage.About.REQUEST;
        };
    }

    private void handle(StreamMessage.FromClient message, StreamSocket from) throws IOException, InterruptedException {
        int channel = message.channel();
        switch (message) {
            case StreamMessage.Start(int _, CommandId id, var spec, OptionalInt window) -> {
                if (channels.containsKey(channel)) { // by the same, before a cut
                    attach(new StreamMessage.Attach(channel, id, 0, 0, window), from);
                    return;
                }
                inRoom(channel, () -> open(channel, sandbox.start(spec, id), 0, window, input(channel, id), from));
            }
            case StreamMessage.Attach attach -> inRoom(channel, () -> attach(attach, from));
            case StreamMessage.Follow(int _, int window) -> channel(channel).widen(window);
            case StreamMessage.Taken(int _, long offset, long safe) ->
                channel(channel).taken(offset, safe);
            case StreamMessage.Input(int _, long offset, var bytes) ->
                channel(channel).input().receive(offset, bytes);
            case StreamMessage.OpenInput _ -> channel(channel).input().open();
            case StreamMessage.EndInput(int _, long offset) ->
                channel(channel).input().end(offset);
            case StreamMessage.SendSignal(int _, var signal) ->
                channel(channel).command().signal(signal);
            case StreamMessage.Kill _ -> channel(channel).command().kill();
            case StreamMessage.Resize(int _, var window) ->
                channel(channel).command().resize(window);
            case StreamMessage.Leave(int _, boolean forget) -> leave(channel, forget, from);
        }
    }

    private interface Opening {
        void run() throws IOException, InterruptedException;
    }

    /** A new channel has a place among all; one that is known keeps its own. */
    private void inRoom(int channel, Opening opening) throws IOException, InterruptedException {
        if (channels.containsKey(channel)) {
            opening.run();
            return;
        }
        if (channels.size() >= MOST_CHANNELS) {
            throw full(
                    MOST_CHANNELS + " channels are open on this connection",
                    "leave some of them, or open another connection");
        }
        if (!CHANNELS.tryTake(owner, 1)) {
            throw full("you have as many channels open as there is room for", "leave some of them, on any connection");
        }
        try {
            opening.run();
        } finally {
            if (!channels.containsKey(channel)) {
                CHANNELS.giveBack(owner, 1);
            }
        }
    }

    private static SandboxException full(String why, String remedy) {
        return new SandboxException(ErrorCode.NO_CAPACITY, why, remedy, null);
    }

    /** One that is known goes on; what is held for it is let go of once the new one holds it. */
    private void attach(StreamMessage.Attach attach, StreamSocket from) throws IOException, InterruptedException {
        int channel = attach.channel();
        StreamChannel before = channels.get(channel);
        if (before != null && !before.command().id().equals(attach.id())) {
            throw Credit.wrongOrder("channel " + channel + " is in use");
        }
        CommandInput input = before == null ? input(channel, attach.id()) : before.input();
        RunningCommand command = sandbox.attach(attach.id(), attach.offset());
        open(channel, command, attach.offset(), attach.window(), input, from);
        if (before == null && attach.input() > 0) {
            input.refuse(new SandboxException(
                    ErrorCode.UNAVAILABLE,
                    "standard input was cut, and how much of it was taken is no longer known",
                    "start the command again",
                    null));
        }
    }

    private void open(
            int channel, RunningCommand command, long offset, OptionalInt window, CommandInput input, StreamSocket from)
            throws IOException, InterruptedException {
        var opened = new StreamChannel(channel, owner, command, input, offset, window);
        try {
            opened.hold();
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
        StreamChannel before = channels.put(channel, opened);
        if (before != null) {
            before.close(); // now that the new one holds what it held
        }
        from.send(new StreamMessage.Opened(channel, input.received()));
        opened.follow(from);
    }

    private CommandInput input(int channel, CommandId id) {
        return new CommandInput(channel, owner, () -> sandbox.attach(id, 0), this::tell);
    }

    private StreamChannel channel(int number) {
        StreamChannel channel = channels.get(number);
        if (channel == null) {
            throw Credit.wrongOrder("channel " + number + " is not open");
        }
        return channel;
    }

    private void leave(int number, boolean forget, StreamSocket from) throws IOException, InterruptedException {
        StreamChannel channel = channels.remove(number);
        if (channel != null) {
            close(channel);
            if (forget) {
                forget(channel, number, from);
            }
        }
        from.send(new StreamMessage.Left(number));
    }

    private static void forget(StreamChannel channel, int number, StreamSocket from)
            throws IOException, InterruptedException {
        try {
            channel.command().forget();
        } catch (SandboxException e) {
            from.send(new StreamMessage.Failed(number, StreamMessage.About.REQUEST, e));
        }
    }

    /** News of what goes on without a connection, to whichever there is. */
    private void tell(StreamMessage.FromServer message) {
        StreamSocket now = socket.get();
        try {
            if (now != null) {
                now.send(message);
            }
        } catch (IOException gone) {
            // it asks when it comes back
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What is no more among the channels. */
    private void close(StreamChannel channel) {
        channel.close();
        channel.input().close();
        CHANNELS.giveBack(owner, 1);
    }

    @Override
    public void close() {
        serving.lock();
        try {
            channels.values().forEach(this::close);
            channels.clear();
        } finally {
            serving.unlock();
        }
    }
}
