package dev.sandjar.oci.image;

import dev.sandjar.oci.kernel.CString;
import dev.sandjar.oci.kernel.Owners;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Folders that belong to users of a sandbox. */
final class Owned {
    private Owned() {}

    /** Makes a file that everybody may read and its root may write. */
    static void file(Path path, String text, long owner) throws IOException {
        Files.write(path, CString.bytes(text));
        Owners.set(path, owner, owner);
        Files.setAttribute(path, "unix:mode", 0_644, LinkOption.NOFOLLOW_LINKS);
    }

    /** Makes a folder with exactly this mode, whatever our umask is. */
    static Path folder(Path path, long uid, long gid, int mode) throws IOException {
        Files.createDirectory(path);
        Owners.set(path, uid, gid);
        Files.setAttribute(path, "unix:mode", mode, LinkOption.NOFOLLOW_LINKS);
        return path;
    }
}
