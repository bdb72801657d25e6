package dev.sandjar.server.door.stream;

import dev.sandjar.ErrorCode;
import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxException;
import dev.sandjar.server.limit.Transfers;
import dev.sandjar.wire.StreamMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Standard input of one command, on its way from the connection, which must not wait, to the command, which may not read. It outlives the
 * connection: what was received is written, and received once, however often it is sent.
 */
final class CommandInput implements AutoCloseable {
    /** What is to be done to the command's input. */
    private sealed interface Step {
        record Open() implements Step {}

        /** Grows while it waits: small pieces must not cost more than their bytes. */
        record Write(ByteArrayOutputStream bytes) implements Step {}

        record End() implements Step {}
    }

    private static final int PIECE = 32 * 1024;
    private static final int FREE = 4 * 1024; // bytes: what is typed needs no place among the transfers

    private static final Logger LOG = Logger.getLogger(CommandInput.class);

    private final int channel;
    private final String owner;
    private final Supplier<RunningCommand> attach;
    private final Consumer<StreamMessage.FromServer> tell;

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Deque<Step> waiting = new ArrayDeque<>();
    private @Nullable RunningCommand command;
    private @Nullable OutputStream to;
    private long received;
    private long taken;
    private boolean writing;
    private Transfers.@Nullable Place place; // while more waits than is given to everybody
    private boolean ended; // no more is received
    private @Nullable SandboxException refused;
    private boolean left; // once what waits is written, the command is let go of
    private boolean over; // the end was given to the command: letting go of it now could overtake that

    /**
     * @param attach to the command whose input it is; when the first of it comes
     * @param tell the client, if it is there
     */
    CommandInput(int channel, String owner, Supplier<RunningCommand> attach, Consumer<StreamMessage.FromServer> tell) {
        this.channel = channel;
        this.owner = owner;
        this.attach = attach;
        this.tell = tell;
    }

    /** How many bytes of it have come, for a client that was cut. */
    long received() {
        lock.lock();
        try {
            return received;
        } finally {
            lock.unlock();
        }
    }

    /** Says so when it can be written to, and why not when it cannot. */
    void open() {
        lock.lock();
        try {
            requireTaking();
            if (!waiting.contains(new Step.Open())) {
                queue(new Step.Open());
            }
        } finally {
            lock.unlock();
        }
    }

    private void requireTaking() {
        if (refused != null) {
            throw refused;
        }
    }

    /** Takes what is new of it. */
    void receive(long offset, ByteBuffer bytes) {
        lock.lock();
        try {
            if (offset > received) {
                throw SandboxException.invalid(
                        "offset", offset, "at most " + received + ", up to which input was sent");
            }
            int known = (int) Math.min(received - offset, bytes.remaining());
            byte[] piece = new byte[bytes.remaining() - known];
            bytes.position(bytes.position() + known).get(piece);
            if (ended && piece.length > 0 && refused == null) {
                throw Credit.wrongOrder("input after its end");
            }
            if (received + piece.length - taken > StreamMessage.INPUT_WINDOW) {
                throw SandboxException.invalid(
                        "input", "more than was taken", "at most " + StreamMessage.INPUT_WINDOW + " bytes ahead");
            }
            if (piece.length > 0 && refused == null) { // what was on its way is nobody's
                requirePlace(received + piece.length - taken);
                received += piece.length;
                if (waiting.peekLast() instanceof Step.Write(var last) && last.size() + piece.length <= PIECE) {
                    last.writeBytes(piece);
                } else {
                    var begun = new ByteArrayOutputStream(piece.length);
                    begun.writeBytes(piece);
                    queue(new Step.Write(begun));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    void end(long offset) {
        lock.lock();
        try {
            requireTaking();
            if (offset != received) {
                throw SandboxException.invalid("offset", offset, "the end of what was sent: " + received);
            }
            ended = true;
            if (!waiting.contains(new Step.End())) { // said again after a cut, it is answered again
                queue(new Step.End());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Before any of it is received. */
    private void requirePlace(long ahead) {
        if (place == null && ahead > FREE) {
            place = Transfers.begin(Transfers.Kind.STREAM, owner);
        }
    }

    private void queue(Step step) {
        waiting.add(step);
        if (!writing) {
            writing = true;
            Thread.ofVirtual().name("input-" + channel).start(this::write);
        }
    }

    private void write() {
        try {
            OutputStream open = attached();
            for (Step step = next(); step != null; step = next()) {
                take(step, open);
            }
        } catch (IOException e) {
            refuse(
                    e.getCause() instanceof SandboxException why
                            ? why
                            : new SandboxException(
                                    ErrorCode.INVALID_STATE,
                                    "standard input takes no more: its reader has ended",
                                    "look how the command ended",
                                    e));
        } catch (SandboxException e) {
            refuse(e);
        } catch (RuntimeException e) { // a client that is told nothing would wait
            LOG.error(channel, e);
            refuse(SandboxException.internal("standard input", e));
        }
        letGo();
    }

    private void take(Step step, OutputStream open) throws IOException {
        switch (step) {
            case Step.Open _ -> tell(new StreamMessage.InputTaken(channel, took(0)));
            case Step.Write(ByteArrayOutputStream bytes) -> {
                bytes.writeTo(open);
                tell(new StreamMessage.InputTaken(channel, took(bytes.size())));
            }
            case Step.End _ -> {
                open.close();
                gaveEnd();
                tell(new StreamMessage.InputEnded(channel));
            }
        }
    }

    /** While it is there: who has left may use the channel for something else. */
    private void tell(StreamMessage.FromServer message) {
        boolean there;
        lock.lock();
        try {
            there = !left;
        } finally {
            lock.unlock();
        }
        if (there) {
            tell.accept(message);
        }
    }

    private OutputStream attached() {
        OutputStream open = to;
        if (open != null) {
            return open;
        }
        RunningCommand made = attach.get();
        try {
            open = made.stdin();
        } catch (RuntimeException e) {
            made.close();
            throw e;
        }
        lock.lock();
        try {
            command = made;
            to = open;
        } finally {
            lock.unlock();
        }
        return open;
    }

    private @Nullable Step next() {
        lock.lock();
        try {
            Step step = waiting.poll();
            if (step == null) {
                rest();
            }
            return step;
        } finally {
            lock.unlock();
        }
    }

    private long took(int count) {
        lock.lock();
        try {
            taken += count;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private void gaveEnd() {
        lock.lock();
        try {
            over = true;
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more, and tells the client. */
    void refuse(SandboxException why) {
        boolean told;
        lock.lock();
        try {
            told = refused != null;
            drop(why);
        } finally {
            lock.unlock();
        }
        if (!told) {
            tell(new StreamMessage.Failed(channel, StreamMessage.About.INPUT, why));
        }
    }

    private void drop(SandboxException why) {
        if (refused == null) {
            refused = why;
        }
        ended = true;
        waiting.clear();
        rest();
    }

    private void rest() {
        writing = false;
        if (place != null) {
            place.close();
            place = null;
        }
    }

    /** Takes no more; once the command has what waits, the input is free for another. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (refused == null) {
                refused = Credit.wrongOrder("standard input was let go of");
            }
            ended = true;
            left = true;
        } finally {
            lock.unlock();
        }
        letGo();
    }

    private void letGo() {
        RunningCommand open;
        lock.lock();
        try {
            open = left && !writing && !over ? command : null;
        } finally {
            lock.unlock();
        }
        if (open != null) {
            open.close();
        }
    }
}
