package dev.sandjar.oci.kernel;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Mounts in our own mount namespace. */
public final class Mounts {
    private static final int MS_NOSUID = 2;
    private static final int MS_NODEV = 4;
    private static final int MS_NOEXEC = 8;
    private static final int MNT_DETACH = 2;
    private static final int UMOUNT_NOFOLLOW = 8;
    private static final int MOUNT_POINT = 4; // field of proc_pid_mountinfo(5)

    private Mounts() {}

    /** Mounts a filesystem, without set-user-id bits and devices. */
    public static void mount(String source, Path at, String type, String options) throws ErrnoException {
        try (var arena = Arena.ofConfined()) {
            SystemCall.MOUNT.call(
                    CString.of(arena, source),
                    CString.of(arena, at),
                    CString.of(arena, type),
                    MS_NOSUID | MS_NODEV,
                    CString.of(arena, options));
        }
    }

    /** Mounts a small filesystem in memory where devices can be. */
    static void mountForDevices(Path at) throws ErrnoException {
        try (var arena = Arena.ofConfined()) {
            SystemCall.MOUNT.call(
                    CString.of(arena, "tmpfs"),
                    CString.of(arena, at),
                    CString.of(arena, "tmpfs"),
                    MS_NOSUID | MS_NOEXEC,
                    CString.of(arena, "mode=755,size=64k"));
        }
    }

    /** Takes a mount out of our sight; who uses it keeps it. Succeeds when nothing is mounted there. */
    public static void detach(Path at) throws ErrnoException {
        try (var arena = Arena.ofConfined()) {
            SystemCall.UMOUNT2.call(CString.of(arena, at), MNT_DETACH | UMOUNT_NOFOLLOW);
        } catch (ErrnoException e) {
            if (e.errno() != ErrnoException.EINVAL && e.errno() != ErrnoException.ENOENT) {
                throw e;
            }
        }
    }

    /** What is mounted below a folder, newest first. */
    public static List<Path> below(Path folder) throws IOException {
        var found = new ArrayList<Path>();
        String start = folder + "/";
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            if (line.contains(start)) {
                String at = line.split(" ")[MOUNT_POINT];
                if (at.startsWith(start)) {
                    found.addFirst(Path.of(at));
                }
            }
        }
        return found;
    }
}
