package dev.sandjar.oci.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/** System calls by number, all through one {@code syscall(2)} handle: making a handle costs more than a thousand calls through it. */
enum SystemCall {
    CLOSE(3, 57),
    FLOCK(73, 32),
    IOCTL(16, 29),
    MOUNT(165, 40),
    UMOUNT2(166, 39),
    OPENAT(257, 56),
    FCHOWNAT(260, 54),
    SETPRIORITY(141, 140),
    SETXATTR(188, 5),
    MKNODAT(259, 33),
    PIPE2(293, 59),
    PPOLL(271, 73),
    PIDFD_SEND_SIGNAL(424, 424),
    OPEN_TREE(428, 428),
    MOVE_MOUNT(429, 429),
    PIDFD_OPEN(434, 434),
    MOUNT_SETATTR(442, 442);

    static final int AT_FDCWD = -100;

    private final long number;

    SystemCall(long x86, long arm) {
        this.number = System.getProperty("os.arch").equals("aarch64") ? arm : x86;
    }

    /** Calls it; arguments that are left out are zero. */
    long call(long... arguments) throws ErrnoException {
        long[] six = new long[6];
        System.arraycopy(arguments, 0, six, 0, arguments.length);
        try (var arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Handle.STATE);
            while (true) {
                long result = (long)
                        Handle.SYSCALL.invokeExact(state, number, six[0], six[1], six[2], six[3], six[4], six[5]);
                if (result >= 0) {
                    return result;
                }
                int errno = state.get(JAVA_INT, Handle.ERRNO);
                if (errno != ErrnoException.EINTR
                        || this == CLOSE) { // a closed descriptor is closed, interrupted or not
                    throw new ErrnoException(this, errno);
                }
            }
        } catch (ErrnoException e) {
            throw e;
        } catch (Throwable e) {
            throw new LinkageError("syscall(2) cannot be called", e);
        }
    }

    /** Made at the first call, not at start. */
    private static final class Handle {
        static final StructLayout STATE = Linker.Option.captureStateLayout();
        static final long ERRNO = STATE.byteOffset(java.lang.foreign.MemoryLayout.PathElement.groupElement("errno"));
        static final MethodHandle SYSCALL = link();

        @SuppressWarnings("restricted") // that is what this class is for
        private static MethodHandle link() {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("syscall"),
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                    Linker.Option.firstVariadicArg(1),
                    Linker.Option.captureCallState("errno"));
        }
    }
}
