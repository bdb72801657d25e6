package dev.sandjar.oci.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A pipe to or from a process and what it leaves behind. The JDK's own pipes will not do for that: it closes them when the process ends, although
 * a child of it may still have something to say, or to be told.
 */
public final class Pipe implements AutoCloseable {
    private static final int O_CLOEXEC = 02_000_000;

    private final int readEnd;
    private final int writeEnd;

    private Pipe(int readEnd, int writeEnd) {
        this.readEnd = readEnd;
        this.writeEnd = writeEnd;
    }

    /** Makes one. */
    public static Pipe open() throws ErrnoException {
        try (var arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(8, 4);
            SystemCall.PIPE2.call(ends.address(), O_CLOEXEC);
            return new Pipe(ends.get(JAVA_INT, 0), ends.get(JAVA_INT, 4));
        }
    }

    /** What to redirect a process from, before this is closed. */
    public File source() {
        return new File("/proc/self/fd/" + readEnd);
    }

    /** What to redirect a process to, before this is closed. */
    public File writer() {
        return new File("/proc/self/fd/" + writeEnd);
    }

    /** What they write; at its end when the last of them has let go. To be opened before this is closed. */
    public InputStream reader() throws IOException {
        return new FileInputStream("/proc/self/fd/" + readEnd);
    }

    /** Lets go of our own ends; those that were opened stay. */
    @Override
    public void close() {
        Descriptors.close(readEnd);
        Descriptors.close(writeEnd);
    }
}
