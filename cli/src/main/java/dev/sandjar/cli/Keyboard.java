package dev.sandjar.cli;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;
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

    /** What a terminal answers begins with ESC: a mouse, a sequence, a text up to BEL or ESC and a backslash, one sign. Keys that do, such as arrows, look alike. */
    private static final Pattern ANSWER = Pattern.compile(
            "\u001b(\\[M.{0,3}|\\[\\[?[ -?]*+[@-~]?|[\\]PX^_][^\u0007\u001b]*+(\u0007|\u001b\\\\)?|.)?",
            Pattern.DOTALL);

    private final boolean mayLeave;
    private final IntConsumer leave;
    private final @Nullable KeySender sender; // null: what is typed goes nowhere

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Condition heard = lock.newCondition();
    private boolean left;
    private boolean pending; // Ctrl-P, which is the command's unless Ctrl-Q follows
    private boolean holding;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();
    private int matched; // signs of the answer, of what is held
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

    /** From now on, or until {@link #pass}, what comes from the terminal is nobody's: it may be answers. */
    void hold() {
        lock.lock();
        try {
            holding = true;
            held.reset();
            answered = false;
            matched = 0;
        } finally {
            lock.unlock();
        }
    }

    /** What was typed meanwhile goes on its way. All of it was, when the terminal has said nothing of itself: one that does not answer this answers nothing. */
    void pass() {
        lock.lock();
        try {
            holding = false;
            byte[] typed = answered ? withoutAnswers(held.toByteArray()) : held.toByteArray();
            deliver(typed, typed.length);
        } finally {
            lock.unlock();
        }
    }

    /** What was typed, of what a terminal said while it may have answered programs. */
    static byte[] withoutAnswers(byte[] heard) {
        String text = new String(heard, StandardCharsets.ISO_8859_1);
        return ANSWER.matcher(text).replaceAll("").getBytes(StandardCharsets.ISO_8859_1);
    }

    /** While it is held: waits until the terminal has said how it is, and then nothing for a moment; not for long. */
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
                take(typed, count);
            }
        } catch (IOException hungUp) {
            // as at its end
        }
        end();
    }

    private void take(byte[] typed, int count) {
        lock.lock();
        try {
            if (!holding) {
                deliver(typed, count);
                return;
            }
            held.write(typed, 0, count);
            for (int i = 0; i < count && !answered; i++) {
                matched = typed[i] == GOOD.charAt(matched) ? matched + 1 : typed[i] == GOOD.charAt(0) ? 1 : 0;
                answered = matched == GOOD.length();
            }
            heard.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** With the lock. */
    private void deliver(byte[] typed, int count) {
        if (!passed(typed, count)) {
            left = true;
            int code = mayLeave ? 0 : Complaints.INTERRUPTED;
            Thread.ofPlatform().daemon().name("leave").start(() -> leave(code)); // it may wait, and who reads may not
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
        boolean hasLeft;
        lock.lock();
        try {
            gone = true;
            hasLeft = left;
            heard.signalAll();
        } finally {
            lock.unlock();
        }
        if (mayLeave) {
            leave(128 + Interrupts.HANGUP.number());
        } else if (sender != null && !hasLeft) {
            sender.end();
        }
    }
}
