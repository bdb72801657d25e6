package dev.sandjar.cli;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Brings what is typed to a command, on a thread of its own: a program that does not read keeps nobody from typing on, since what leaves it is typed, too. Beyond
 * a bound keys are lost, as in any terminal, with a bell.
 */
final class KeySender {
    private static final int MOST = 16 << 20; // a large paste
    private static final Duration LAST = Duration.ofSeconds(1); // for what was typed before we leave

    private final OutputStream command;
    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private final Condition changed = lock.newCondition();
    private ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private boolean sending;
    private boolean ends;
    private boolean over; // the command takes no more

    KeySender(OutputStream command) {
        this.command = command;
    }

    void start() {
        Thread.ofPlatform().daemon().name("send keys").start(this::send);
    }

    void type(byte[] keys) {
        boolean room;
        lock.lock();
        try {
            room = waiting.size() + keys.length <= MOST;
            if (room) {
                waiting.writeBytes(keys);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (!room) {
            Screen.bell();
        }
    }

    /** Whether what is typed arrives no more. */
    boolean isOver() {
        lock.lock();
        try {
            return over;
        } finally {
            lock.unlock();
        }
    }

    /** Until what was typed is sent; not for long. */
    void awaitSent() {
        lock.lock();
        try {
            long left = LAST.toNanos();
            while (!over && (sending || waiting.size() > 0) && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** The command's input ends after what was typed. */
    void end() {
        lock.lock();
        try {
            ends = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void send() {
        try {
            for (byte[] keys = next(); keys.length > 0; keys = next()) {
                command.write(keys);
                command.flush();
            }
            command.close(); // and only then: who has left ends nothing
        } catch (IOException e) {
            if (!hasEnded(e)) {
                Screen.note("what is typed does not arrive any more: " + Text.safe(String.valueOf(e.getMessage()))
                        + "; Ctrl-C leaves");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            stop();
        }
    }

    /** Waits for more; empty at the end. */
    private byte[] next() throws InterruptedException {
        lock.lock();
        try {
            sending = false;
            changed.signalAll();
            while (waiting.size() == 0 && !ends) {
                changed.await();
            }
            byte[] keys = waiting.toByteArray();
            waiting = new ByteArrayOutputStream();
            sending = true;
            return keys;
        } finally {
            lock.unlock();
        }
    }

    private void stop() {
        lock.lock();
        try {
            over = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the command takes no more because it is over, of which whoever reads its output hears. */
    private static boolean hasEnded(IOException e) {
        return e.getCause() == null
                || (e.getCause() instanceof SandboxException why && why.code() == ErrorCode.INVALID_STATE);
    }
}
