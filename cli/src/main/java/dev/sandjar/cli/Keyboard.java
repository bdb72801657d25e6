package dev.sandjar.cli;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What is typed in our terminal. It goes to the command, but for Ctrl-P Ctrl-Q, which leaves it. Where it can go nowhere, since somebody else types there, Ctrl-C
 * leaves, too: nobody is shut in.
 *
 * <p>Threads: one reads, from {@link #start} to the end of the process, since Java cannot take it out of a read.
 */
final class Keyboard {
    private static final int CTRL_C = 3;
    private static final int CTRL_P = 16;
    private static final int CTRL_Q = 17;
    private static final String GOOD = "\u001b[0n"; // what a terminal says when it is asked how it is
    private static final Duration LONGEST = Duration.ofSeconds(1); // of those that never answer
    private static final Duration QUIET = Duration.ofMillis(50);

    private final boolean mayLeave;
    private final IntConsumer leave;
    private final @Nullable KeySender sender; // null: what is typed goes nowhere
    private boolean left; // only the thread that reads knows it
    private boolean pending; // Ctrl-P, which is the command's unless Ctrl-Q follows

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Condition heard = lock.newCondition();
    private boolean dropping;
    private int matched; // signs of the answer, of what is dropped
    private boolean answered;
    private boolean gone;

    /**
     * @param command where it goes; null for nowhere
     * @param mayLeave whether the command goes on when it is left
     * @param leave does so, and is told what to end with
     */
    Keyboard(@Nullable OutputStream command, boolean mayLeave, IntConsumer leave) {
        this.sender = command == null ? null : new KeySender(command);
        this.mayLeave = mayLeave;
        this.leave = leave;
    }

    void start() {
        if (sender != null) {
            sender.start();
        }
        Thread.ofPlatform().daemon().name("keys").start(this::read);
    }

    /** From now on, or until {@link #pass}, what is typed is nobody's. */
    void drop() {
        lock.lock();
        try {
            dropping = true;
            answered = false;
            matched = 0;
        } finally {
            lock.unlock();
        }
    }

    void pass() {
        lock.lock();
        try {
            dropping = false;
        } finally {
            lock.unlock();
        }
    }

    /** While it is dropped: waits until the terminal has said how it is, and then nothing for a moment; not for long. */
    void awaitAnswer() {
        lock.lock();
        try {
            long left = LONGEST.toNanos();
            while (left > 0 && !gone) {
                long wait = answered ? Math.min(left, QUIET.toNanos()) : left;
                long rest = heard.awaitNanos(wait);
                if (answered && rest <= 0) {
                    return;
                }
                left -= wait - rest;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private void read() {
        InputStream keys = new FileInputStream(FileDescriptor.in);
        byte[] typed = new byte[4_096];
        try {
            for (int count = keys.read(typed); count >= 0; count = keys.read(typed)) {
                if (!dropped(typed, count) && !passed(typed, count)) {
                    left = true;
                    Thread.ofPlatform()
                            .daemon()
                            .name("leave")
                            .start(() -> leave(
                                    mayLeave
                                            ? 0
                                            : Complaints.INTERRUPTED)); // it may wait, and this one still has to read
                }
            }
        } catch (IOException hungUp) {
            // as at its end
        }
        end();
    }

    private boolean dropped(byte[] typed, int count) {
        lock.lock();
        try {
            for (int i = 0; i < count && dropping && !answered; i++) {
                matched = typed[i] == GOOD.charAt(matched) ? matched + 1 : typed[i] == GOOD.charAt(0) ? 1 : 0;
                answered = matched == GOOD.length();
            }
            heard.signalAll();
            return dropping;
        } finally {
            lock.unlock();
        }
    }

    /** Gives what was typed to the command; false when it says to leave. */
    private boolean passed(byte[] typed, int count) {
        var keys = new ByteArrayOutputStream(count + 1);
        boolean stay = true;
        boolean nowhere = left || sender == null || sender.isOver();
        for (int i = 0; i < count && stay; i++) {
            stay = !(nowhere && typed[i] == CTRL_C) && !(pending && typed[i] == CTRL_Q);
            if (pending && stay) {
                keys.write(CTRL_P);
            }
            pending = (mayLeave || nowhere) && typed[i] == CTRL_P;
            if (!pending && stay) {
                keys.write(typed[i]);
            }
        }
        if (sender != null && !left) {
            sender.type(keys.toByteArray());
        }
        return stay;
    }

    private void leave(int code) {
        if (sender != null) {
            sender.awaitSent();
        }
        leave.accept(code);
    }

    /** The terminal is gone, which is no wish to end what goes on without it. */
    private void end() {
        lock.lock();
        try {
            gone = true;
            heard.signalAll();
        } finally {
            lock.unlock();
        }
        if (mayLeave) {
            leave(128 + Interrupts.HANGUP.number());
        } else if (sender != null && !left) {
            sender.end();
        }
    }
}
