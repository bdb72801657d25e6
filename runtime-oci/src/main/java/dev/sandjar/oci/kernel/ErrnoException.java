package dev.sandjar.oci.kernel;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;

/** A system call that failed, with its number from {@code errno(3)}. */
public final class ErrnoException extends IOException {
    /** Operation not permitted. */
    public static final int EPERM = 1;
    /** No such file or folder. */
    public static final int ENOENT = 2;
    /** No such process. */
    public static final int ESRCH = 3;
    /** A signal came in between. */
    public static final int EINTR = 4;
    /** Would block. */
    public static final int EAGAIN = 11;
    /** Permission denied. */
    public static final int EACCES = 13;
    /** In use. */
    public static final int EBUSY = 16;
    /** An argument that the kernel does not take. */
    public static final int EINVAL = 22;

    private static final Map<Integer, String> WORDS = Map.of(
            EPERM,
            "operation not permitted",
            ENOENT,
            "no such file or folder",
            ESRCH,
            "no such process",
            EAGAIN,
            "would block",
            EACCES,
            "permission denied",
            EBUSY,
            "busy",
            EINVAL,
            "invalid argument",
            28,
            "no space left",
            38,
            "not known to this kernel",
            95,
            "not supported");

    private final int errno;

    ErrnoException(SystemCall call, int errno) {
        super(call.name().toLowerCase(Locale.ROOT) + ": " + WORDS.getOrDefault(errno, "errno " + errno));
        this.errno = errno;
    }

    /** The number. */
    public int errno() {
        return errno;
    }
}
