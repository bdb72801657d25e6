package dev.sandjar.oci.kernel;

import dev.sandjar.runtime.Deadline;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A {@code flock(2)} on a file, exclusive unless it says shared, until closed or until the kernel takes it from a process that died.
 *
 * <p>Not {@link java.nio.channels.FileLock}: that one belongs to the process, so two runtimes in one JVM would not exclude each other, and
 * closing any channel on the file would drop it.
 */
public final class HeldLock implements AutoCloseable {
    private static final int O_RDWR = 2;
    private static final int O_CREAT = 0_100;
    private static final int O_CLOEXEC = 02_000_000;
    private static final int LOCK_SH = 1;
    private static final int LOCK_EX = 2;
    private static final int LOCK_NB = 4;

    private final long fd;

    private HeldLock(long fd) {
        this.fd = fd;
    }

    /** Makes the file where it is missing and takes the lock unless another has it. */
    public static Optional<HeldLock> tryMake(Path file) throws IOException {
        return tryLock(open(file, O_CREAT), LOCK_EX);
    }

    /** Takes the lock unless another has it. */
    public static Optional<HeldLock> tryTake(Path file) throws IOException {
        return tryLock(open(file, 0), LOCK_EX);
    }

    /** Makes the file where it is missing and waits for the lock. */
    public static HeldLock make(Path file, Deadline deadline, String doing) throws IOException, InterruptedException {
        return await(file, O_CREAT, LOCK_EX, deadline, doing);
    }

    /** Makes the file where it is missing and waits until nobody has the lock alone; any number may share it. */
    public static HeldLock share(Path file, Deadline deadline, String doing) throws IOException, InterruptedException {
        return await(file, O_CREAT, LOCK_SH, deadline, doing);
    }

    /** Waits for the lock. */
    public static HeldLock take(Path file, Deadline deadline, String doing) throws IOException, InterruptedException {
        return await(file, 0, LOCK_EX, deadline, doing);
    }

    private static HeldLock await(Path file, int flags, int kind, Deadline deadline, String doing)
            throws IOException, InterruptedException {
        var free = tryLock(open(file, flags), kind);
        if (free.isPresent()) {
            return free.get();
        }
        var taken = new CompletableFuture<HeldLock>();
        long fd = open(file, flags);
        Thread.ofPlatform().daemon().name("lock-wait").start(() -> waitFor(fd, kind, taken));
        try {
            return taken.get(deadline.left().plus(Duration.ofMillis(1)).toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            giveUp(taken);
            throw deadline.exceeded(doing);
        } catch (InterruptedException e) {
            giveUp(taken);
            throw e;
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }

    private static void giveUp(CompletableFuture<HeldLock> taken) {
        if (!taken.cancel(false) && !taken.isCompletedExceptionally()) {
            taken.join().close(); // it came at the last moment, and nobody else would ever let go of it
        }
    }

    /** Blocks in the kernel; when nobody wants the lock any more it is given back. */
    private static void waitFor(long fd, int kind, CompletableFuture<HeldLock> taken) {
        var lock = new HeldLock(fd);
        try {
            SystemCall.FLOCK.call(fd, kind);
            if (!taken.complete(lock)) {
                lock.close();
            }
        } catch (ErrnoException e) {
            lock.close();
            taken.completeExceptionally(e);
        }
    }

    private static Optional<HeldLock> tryLock(long fd, int kind) throws IOException {
        try {
            SystemCall.FLOCK.call(fd, kind | LOCK_NB);
            return Optional.of(new HeldLock(fd));
        } catch (ErrnoException e) {
            new HeldLock(fd).close();
            if (e.errno() == ErrnoException.EAGAIN) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static long open(Path file, int flags) throws IOException {
        try (var arena = Arena.ofConfined()) {
            return SystemCall.OPENAT.call(
                    SystemCall.AT_FDCWD, CString.of(arena, file), O_RDWR | O_CLOEXEC | flags, 0_600);
        } catch (ErrnoException e) {
            if (e.errno() == ErrnoException.ENOENT) {
                throw new NoSuchFileException(file.toString());
            }
            throw e;
        }
    }

    @Override
    public void close() {
        Descriptors.close(fd);
    }
}
