package dev.sandjar.oci.bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** The root filesystem of image {@code host}: this machine's {@code /usr} comes in read-only, the rest is made for the sandbox. */
public final class HostRoot {
    private static final List<String> MERGED = List.of("bin", "sbin", "lib", "lib32", "lib64", "libx32");
    private static final List<String> FOLDERS = List.of(
            "usr",
            "etc",
            "proc",
            "dev",
            "run",
            "var",
            "home",
            "etc/ssl",
            "etc/ssl/certs",
            "etc/alternatives",
            "run/sandjar",
            "run/sandjar/link",
            "run/sandjar/cgroup",
            "run/sandjar/cgroup/memory",
            "run/sandjar/cgroup/cpuacct",
            "run/sandjar/cgroup/pids",
            "root",
            "mnt",
            "opt",
            "srv");

    private HostRoot() {}

    /** Makes everything that is not mounted. */
    public static void write(Path root, Ids ids, SandboxUser user) throws IOException {
        folder(root, ids.outside(0), "rwxr-xr-x");
        for (String name : FOLDERS) {
            folder(root.resolve(name), ids.outside(0), "rwxr-xr-x");
        }
        for (String name : MERGED) {
            if (Files.isSymbolicLink(Path.of("/", name))) {
                Files.createSymbolicLink(root.resolve(name), Path.of("usr", name));
            }
        }
        folder(root.resolve("tmp"), ids.outside(0), "rwxrwxrwx");
        folder(root.resolve("var/tmp"), ids.outside(0), "rwxrwxrwx");
        folder(root.resolve("workspace"), ids.outside(user.uid()), "rwxr-xr-x");
        folder(root.resolve("home/sandbox"), ids.outside(user.uid()), "rwxr-xr-x");
        file(root.resolve("run/sandjar/agent"), "", ids);
        file(root.resolve("etc/ld.so.cache"), "", ids);
        file(root.resolve("etc/passwd"), passwd(user), ids);
        file(root.resolve("etc/group"), "root:x:0:\nsandbox:x:" + user.gid() + ":\nnogroup:x:65534:\n", ids);
        file(root.resolve("etc/hostname"), "sandbox\n", ids);
        file(root.resolve("etc/hosts"), "127.0.0.1 localhost sandbox\n::1 localhost sandbox\n", ids);
        file(root.resolve("etc/nsswitch.conf"), "passwd: files\ngroup: files\nhosts: files dns\n", ids);
        file(root.resolve("etc/resolv.conf"), "", ids);
        file(root.resolve("etc/profile"), "umask 022\n", ids);
    }

    private static String passwd(SandboxUser user) {
        String root = "root:x:0:0:root:/root:/bin/bash\n";
        String nobody = "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";
        String sandbox = "sandbox:x:" + user.uid() + ":" + user.gid() + ":sandbox:/home/sandbox:/bin/bash\n";
        return (user.uid() == 0 ? "" : root) + sandbox + nobody;
    }

    private static void folder(Path path, int owner, String mode) throws IOException {
        Files.createDirectory(path);
        Files.setPosixFilePermissions(
                path, PosixFilePermissions.fromString(mode)); // what createDirectory sets is masked
        own(path, owner);
    }

    private static void file(Path path, String content, Ids ids) throws IOException {
        Files.writeString(path, content);
        own(path, ids.outside(0));
    }

    private static void own(Path path, int owner) throws IOException {
        Files.setAttribute(path, "unix:uid", owner, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(path, "unix:gid", owner, LinkOption.NOFOLLOW_LINKS);
    }
}
