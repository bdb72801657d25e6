package dev.sandjar.oci.kernel;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * A folder as seen with other owners: what belongs to user n on disk belongs to the nth user of a sandbox's range. So one unpacked layer, owned as its
 * image says, serves sandboxes with different ranges, and nothing is copied or chowned.
 */
public final class IdMappedTree {
    private static final int OPEN_TREE_CLONE = 1;
    private static final int O_CLOEXEC = 02_000_000;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int MOVE_MOUNT_F_EMPTY_PATH = 4;
    private static final long READ_ONLY = 1;
    private static final long NO_SETUID = 2;
    private static final long NO_DEVICES = 4;
    private static final long ID_MAPPED = 0x0010_0000;
    private static final int ATTRIBUTES = 32; // struct mount_attr: set, clear, propagation, user namespace

    private IdMappedTree() {}

    /** Mounts a folder, read-only, at another, which exists. */
    public static void mount(Path folder, Path at, UserNamespace users) throws IOException {
        try (var arena = Arena.ofConfined()) {
            long tree = SystemCall.OPEN_TREE.call(
                    SystemCall.AT_FDCWD, CString.of(arena, folder), OPEN_TREE_CLONE | O_CLOEXEC);
            try {
                MemorySegment attributes = arena.allocate(ATTRIBUTES, 8);
                attributes.set(JAVA_LONG, 0, READ_ONLY | NO_SETUID | NO_DEVICES | ID_MAPPED);
                attributes.set(JAVA_LONG, 24, users.fd());
                long nothing = CString.of(arena, "");
                SystemCall.MOUNT_SETATTR.call(tree, nothing, AT_EMPTY_PATH, attributes.address(), ATTRIBUTES);
                SystemCall.MOVE_MOUNT.call(
                        tree, nothing, SystemCall.AT_FDCWD, CString.of(arena, at), MOVE_MOUNT_F_EMPTY_PATH);
            } finally {
                Descriptors.close(tree);
            }
        }
    }
}
