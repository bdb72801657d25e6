package dev.sandjar.oci.kernel;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** How a layer tells overlayfs what it hides of the layers below it. */
public final class OverlayMarks {
    private static final int S_IFCHR = 0_020000;

    private OverlayMarks() {}

    /** Hides what has this name below: a character device 0:0. */
    public static void whiteout(Path path) throws ErrnoException {
        try (var arena = Arena.ofConfined()) {
            SystemCall.MKNODAT.call(SystemCall.AT_FDCWD, CString.of(arena, path), S_IFCHR, 0);
        }
    }

    /** Hides everything that a folder of this name has below. */
    public static void makeOpaque(Path folder) throws IOException {
        try (var arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocateFrom("y", StandardCharsets.US_ASCII);
            SystemCall.SETXATTR.call(
                    CString.of(arena, folder), CString.of(arena, "trusted.overlay.opaque"), value.address(), 1, 0);
        }
    }
}
