package dev.sandjar.oci.kernel;

import java.lang.foreign.Arena;
import java.nio.file.Path;

/** Whose files are. */
public final class Owners {
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;

    private Owners() {}

    /** Gives it to somebody; of a link, the link itself. One call, where the JDK's attributes take several. */
    public static void set(Path path, long uid, long gid) throws ErrnoException {
        try (var arena = Arena.ofConfined()) {
            SystemCall.FCHOWNAT.call(SystemCall.AT_FDCWD, CString.of(arena, path), uid, gid, AT_SYMLINK_NOFOLLOW);
        }
    }
}
