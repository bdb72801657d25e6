package dev.sandjar.cli;

import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxException;
import dev.sandjar.Signal;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What Ctrl-C, a closed terminal or {@code kill} send to us. While a command runs it is passed on, so that the command ends first and
 * we clean up after it; a second one, or ten seconds after one that is not Ctrl-C, kills. But some may only take us away from a command that goes on. Before
 * that, it interrupts whoever opened this.
 *
 * <p>Threads: the JVM calls {@link #arrived} on a thread of its own for each signal.
 */
final class Interrupts implements AutoCloseable {
    static final Signal HANGUP = new Signal(1);

    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Thread opener = Thread.currentThread();
    private final List<Runnable> putBack;

    private final ReentrantLock lock = new ReentrantLock(); // guards everything below
    private @Nullable RunningCommand command;
    private @Nullable Following following;
    private Set<Signal> leaving = Set.of();
    private @Nullable Signal received;
    private boolean closing;

    private Interrupts() {
        var system = new SystemSignal();
        putBack = List.of(
                system.listen(HANGUP, this::arrived),
                system.listen(Signal.INT, this::arrived),
                system.listen(Signal.TERM, this::arrived));
    }

    static Interrupts open() {
        return new Interrupts();
    }

    /**
     * From now on, signals go there.
     *
     * @param late what is done for one that came just before
     */
    void passTo(RunningCommand to, Runnable late) {
        lock.lock();
        try {
            command = to;
        } finally {
            lock.unlock();
        }
        if (Thread.interrupted()) {
            late.run();
        }
    }

    /** From now on, these signals take us away from the command, which goes on. */
    void leaveBy(Set<Signal> signals, Following output) {
        lock.lock();
        try {
            leaving = signals;
            following = output;
        } finally {
            lock.unlock();
        }
    }

    /** From now on, we clean up and are not to be disturbed. */
    void cleanUp() {
        lock.lock();
        try {
            closing = true;
            command = null;
        } finally {
            lock.unlock();
        }
        Thread.interrupted(); // one that came too late must not stop it
    }

    /** What a shell reports for a program that such a signal has ended. */
    int exitCode() {
        lock.lock();
        try {
            return received == null ? Complaints.INTERRUPTED : 128 + received.number();
        } finally {
            lock.unlock();
        }
    }

    private void arrived(Signal signal) {
        RunningCommand to;
        Following left;
        boolean first;
        lock.lock();
        try {
            first = received == null;
            received = signal;
            to = command;
            left = leaving.contains(signal) ? following : null;
            if (to == null && !closing) {
                opener.interrupt();
            }
        } finally {
            lock.unlock();
        }
        if (to != null && left != null) {
            left.leave(128 + signal.number());
        } else if (to != null) {
            pass(to, signal, first);
        }
    }

    private static void pass(RunningCommand to, Signal signal, boolean first) {
        try {
            if (!first) {
                to.kill();
                return;
            }
            to.signal(signal);
            if (!signal.equals(Signal.INT) && to.await(GRACE).isEmpty()) {
                to.kill();
            }
        } catch (SandboxException | InterruptedException ended) {
            // then there is nobody left to tell
        }
    }

    @Override
    public void close() {
        putBack.forEach(Runnable::run);
    }
}
