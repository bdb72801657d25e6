package dev.sandjar.oci.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Files that belong to users of a sandbox. */
final class Owned {
    private Owned() {}

    /** Makes a folder with exactly this mode, whatever our umask is. */
    static Path folder(Path path, long uid, long gid, int mode) throws IOException {
        Files.createDirectory(path);
        chown(path, uid, gid);
        Files.setAttribute(path, "unix:mode", mode, LinkOption.NOFOLLOW_LINKS);
        return path;
    }

    /** Gives it to somebody; of a link, the link itself. */
    static void chown(Path path, long uid, long gid) throws IOException {
        // the kernel's ids are unsigned, the JDK's attribute is an int of the same 32 bits
        Files.setAttribute(path, "unix:uid", (int) uid, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(path, "unix:gid", (int) gid, LinkOption.NOFOLLOW_LINKS);
    }
}
