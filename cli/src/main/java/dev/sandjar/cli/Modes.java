package dev.sandjar.cli;

import dev.sandjar.FileInfo;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/** Permissions of files that come out of a sandbox: for everybody to read, and to run if they could be run inside. */
final class Modes {
    private static final int EXECUTABLE = 0100;

    private Modes() {}

    /** Never more than the usual 755, whatever a stranger has set. */
    static Set<PosixFilePermission> ofNewFile(FileInfo info) {
        var permissions = EnumSet.of(
                PosixFilePermission.OWNER_READ,
                PosixFilePermission.OWNER_WRITE,
                PosixFilePermission.GROUP_READ,
                PosixFilePermission.OTHERS_READ);
        if (info.type() == FileInfo.Type.FILE && (info.mode() & EXECUTABLE) != 0) {
            permissions.add(PosixFilePermission.OWNER_EXECUTE);
            permissions.add(PosixFilePermission.GROUP_EXECUTE);
            permissions.add(PosixFilePermission.OTHERS_EXECUTE);
        }
        return permissions;
    }
}
