package dev.sandjar.oci.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** A file as a block device, for as long as it is mounted: the kernel frees the device with its last use, also when we are killed. */
public final class LoopDevice implements AutoCloseable {
    private static final int O_RDWR = 2;
    private static final int O_CLOEXEC = 02_000_000;
    private static final long LOOP_CTL_GET_FREE = 0x4C82;
    private static final long LOOP_CONFIGURE = 0x4C0A;
    private static final int CONFIG_SIZE = 304; // struct loop_config
    private static final int FLAGS_AT = 60; // its info.lo_flags
    private static final int AUTOCLEAR = 4;
    private static final int TRIES = 32; // others may take the free device that we were told of

    private final long fd;
    private final String device;

    private LoopDevice(long fd, String device) {
        this.fd = fd;
        this.device = device;
    }

    /** Attaches a file to a free device. */
    public static LoopDevice attach(Path file) throws ErrnoException {
        long backing = open(file.toString());
        try {
            for (int i = 1; ; i++) {
                String device = "/dev/loop" + free();
                long fd = open(device);
                try {
                    configure(fd, backing);
                    return new LoopDevice(fd, device);
                } catch (ErrnoException e) {
                    Descriptors.close(fd);
                    if (e.errno() != ErrnoException.EBUSY || i == TRIES) {
                        throw e;
                    }
                }
            }
        } finally {
            Descriptors.close(backing);
        }
    }

    private static long free() throws ErrnoException {
        long control = open("/dev/loop-control");
        try {
            return SystemCall.IOCTL.call(control, LOOP_CTL_GET_FREE);
        } finally {
            Descriptors.close(control);
        }
    }

    private static void configure(long fd, long backing) throws ErrnoException {
        try (var arena = Arena.ofConfined()) {
            MemorySegment config = arena.allocate(CONFIG_SIZE, 8);
            config.set(JAVA_INT, 0, (int) backing);
            config.set(JAVA_INT, FLAGS_AT, AUTOCLEAR);
            SystemCall.IOCTL.call(fd, LOOP_CONFIGURE, config.address());
        }
    }

    private static long open(String path) throws ErrnoException {
        try (var arena = Arena.ofConfined()) {
            return SystemCall.OPENAT.call(SystemCall.AT_FDCWD, CString.of(arena, path), O_RDWR | O_CLOEXEC);
        }
    }

    /** Its name. */
    public String device() {
        return device;
    }

    @Override
    public void close() {
        Descriptors.close(fd);
    }
}
