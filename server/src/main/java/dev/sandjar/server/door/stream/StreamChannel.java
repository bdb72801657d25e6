package dev.sandjar.server.door.stream;

import dev.sandjar.Output;
import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxException;
import dev.sandjar.server.limit.Shares;
import dev.sandjar.wire.StreamMessage;
import java.io.IOException;
import java.util.Iterator;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One command on one connection: its output goes out while the client has room for it. Its input is kept where cuts do not reach it. */
final class StreamChannel implements AutoCloseable {
    /** Channels whose output stands still and is held for their clients all the same, of all owners. */
    private static final Shares STILL = new Shares(200);

    private static final Logger LOG = Logger.getLogger(StreamChannel.class);

    private final int number;
    private final String owner;
    private final RunningCommand command;
    private final CommandInput input;
    private final long from;
    private final Credit credit;
    private @Nullable Thread follower;
    private final AtomicBoolean kept = new AtomicBoolean(); // among those that stand still
    private volatile boolean done;

    /** @param command at the offset; let go of when this is closed */
    StreamChannel(int number, String owner, RunningCommand command, CommandInput input, long from, OptionalInt window) {
        this.number = number;
        this.owner = owner;
        this.command = command;
        this.input = input;
        this.from = from;
        this.credit = new Credit(window);
        if (credit.isKept()) {
            command.confirm(from); // from now on nothing is forgotten that the client did not say that it has
        }
    }

    RunningCommand command() {
        return command;
    }

    CommandInput input() {
        return input;
    }

    /** From now on the journal is held, connected or not. */
    void hold() {
        if (credit.isWanted()) {
            command.output();
        }
    }

    /** Sends output as it comes, and the ending. */
    void follow(StreamSocket to) {
        follower = Thread.ofVirtual().name("output-" + command.id()).start(() -> {
            try {
                send(to);
            } catch (IOException | InterruptedException gone) {
                // it comes back, if it wants more
            }
        });
    }

    private void send(StreamSocket to) throws IOException, InterruptedException {
        try {
            StreamMessage.FromServer ended = ending(to);
            done = true;
            to.send(ended);
        } catch (SandboxException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException("the client is gone");
            }
            keepOrLetGo();
            to.send(new StreamMessage.Failed(number, StreamMessage.About.CHANNEL, e));
        } catch (RuntimeException e) { // a client that is told nothing would wait
            LOG.error(command.id(), e);
            to.send(new StreamMessage.Failed(
                    number, StreamMessage.About.CHANNEL, SandboxException.internal("the command's output", e)));
        }
    }

    private StreamMessage.FromServer ending(StreamSocket to) throws IOException, InterruptedException {
        credit.await(owner);
        Iterator<Output> output = command.output();
        long end = from;
        while (output.hasNext()) {
            Output next = output.next();
            end = next.end();
            credit.sent(next);
            to.sendOutput(new StreamMessage.Told(number, next));
            credit.await(owner);
        }
        return new StreamMessage.Ended(number, command.await(), end);
    }

    void widen(int window) {
        if (!credit.isKept()) {
            throw Credit.wrongOrder("a window for a channel that was opened without one");
        }
        credit.widen(window);
    }

    void taken(long offset, long safe) {
        if (!credit.isKept()) {
            throw Credit.wrongOrder("what was taken of a channel that was opened without a window");
        }
        command.confirm(safe);
        credit.taken(offset);
    }

    /** Whether all was said. A client that did not hear it may ask anew: what has ended keeps its output. */
    boolean isDone() {
        return done;
    }

    /** Its connection is gone; the journal is still held, if there is room for what is on its way from there. */
    void park() {
        Thread running = follower;
        if (running != null) {
            running.interrupt();
        }
        if (!done && credit.isWanted()) {
            keepOrLetGo();
        }
    }

    /** What stands still without a place, and may be wanted again, is held for so many: each has something on its way here. */
    private void keepOrLetGo() {
        if (!kept.getAndSet(true) && !STILL.tryTake(owner, 1)) {
            kept.set(false);
            command.close();
        }
    }

    /** Lets go of the output; the input goes on to whoever holds it. */
    @Override
    public void close() {
        Thread running = follower;
        if (running != null) {
            running.interrupt();
        }
        command.close();
        if (kept.getAndSet(false)) {
            STILL.giveBack(owner, 1);
        }
    }
}
