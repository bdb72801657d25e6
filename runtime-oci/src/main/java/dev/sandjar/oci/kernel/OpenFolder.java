package dev.sandjar.oci.kernel;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/** A folder held open, for a short name of it: a mount's options take one page of text, and no commas or colons in it. */
public final class OpenFolder implements AutoCloseable {
    private static final int O_PATH = 010_000_000;
    private static final int O_CLOEXEC = 02_000_000;
    private static final int O_NOFOLLOW = 0_400_000;

    private final long fd;

    private OpenFolder(long fd) {
        this.fd = fd;
    }

    /** Opens it. */
    public static OpenFolder of(Path folder) throws IOException {
        try (var arena = Arena.ofConfined()) {
            return new OpenFolder(SystemCall.OPENAT.call(
                    SystemCall.AT_FDCWD, CString.of(arena, folder), O_PATH | O_CLOEXEC | O_NOFOLLOW));
        }
    }

    /** Names it as long as it is open, in this process. */
    public String path() {
        return "/proc/self/fd/" + fd;
    }

    @Override
    public void close() {
        Descriptors.close(fd);
    }
}
