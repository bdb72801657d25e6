package dev.sandjar.oci.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.sandjar.runtime.Deadline;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A hold on one process, of any parent: kills that process and no other, and waits for its end without asking again and again. */
public final class Pidfd implements AutoCloseable {
    private static final int SIGKILL = 9;
    private static final short POLLIN = 1;
    private static final long SLICE = 100_000_000; // ns; how long an interruption may go unseen

    /** Nobody has the number, or by now a thread of another process: EINVAL, since Linux 6.15 ENOENT. */
    private static final Set<Integer> GONE = Set.of(ErrnoException.ESRCH, ErrnoException.EINVAL, ErrnoException.ENOENT);

    private final long fd;

    private Pidfd(long fd) {
        this.fd = fd;
    }

    /** Empty when it has ended already. */
    public static Optional<Pidfd> open(ProcessIdentity process) throws ErrnoException {
        try {
            var held = new Pidfd(SystemCall.PIDFD_OPEN.call(process.pid()));
            if (process.alive()) { // asked after it is held: now the number cannot pass to another
                return Optional.of(held);
            }
            held.close();
            return Optional.empty();
        } catch (ErrnoException e) {
            if (GONE.contains(e.errno())) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Sends SIGKILL; succeeds when it has ended. */
    public void kill() throws ErrnoException {
        try {
            SystemCall.PIDFD_SEND_SIGNAL.call(fd, SIGKILL);
        } catch (ErrnoException e) {
            if (e.errno() != ErrnoException.ESRCH) {
                throw e;
            }
        }
    }

    /** Waits for its end; for process 1 of a namespace that is the end of all processes in it. */
    public void awaitEnd(Deadline deadline, String doing) throws ErrnoException, InterruptedException {
        while (!ended(Math.min(SLICE, deadline.left().toNanos()))) {
            deadline.check(doing);
        }
    }

    /** Blocks in the kernel, which a virtual thread must not: it would keep its carrier from others. */
    private boolean ended(long nanos) throws ErrnoException, InterruptedException {
        if (!Thread.currentThread().isVirtual()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            return poll(nanos);
        }
        Callable<Boolean> poll = () -> poll(nanos);
        var task = new FutureTask<>(poll);
        Thread.ofPlatform().daemon().name("pidfd-wait").start(task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            task.cancel(false);
            throw e;
        }
    }

    private boolean poll(long nanos) throws ErrnoException {
        try (var arena = Arena.ofConfined()) {
            MemorySegment wanted = arena.allocate(8, 8); // struct pollfd { int fd; short events, revents; }
            wanted.set(JAVA_INT, 0, (int) fd);
            wanted.set(JAVA_SHORT, 4, POLLIN);
            MemorySegment limit = arena.allocate(16, 8); // struct timespec
            limit.set(JAVA_LONG, 0, nanos / 1_000_000_000);
            limit.set(JAVA_LONG, 8, nanos % 1_000_000_000);
            return SystemCall.PPOLL.call(wanted.address(), 1, limit.address()) == 1;
        }
    }

    @Override
    public void close() {
        Descriptors.close(fd);
    }
}
