package dev.sandjar.oci.image;

import dev.sandjar.oci.bundle.Bundle;
import dev.sandjar.oci.bundle.Mount;
import dev.sandjar.oci.kernel.UserNamespace;
import dev.sandjar.runtime.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The image {@code host}: this machine's own {@code /usr}, read-only, an {@code /etc} made for sandboxes, and folders of the sandbox's own for
 * all the rest. Nothing is copied for a sandbox but a handful of empty folders.
 */
public final class HostImage implements RootImage {
    /** How it is asked for. */
    public static final String NAME = "host";

    private static final List<String> TOP = List.of("bin", "sbin", "lib", "lib32", "lib64", "libx32");
    private static final List<String> EMPTY =
            List.of("dev", "etc", "home", "mnt", "opt", "proc", "run", "srv", "sys", "usr", "var");

    private static final int STICKY = 01_777;

    private final Path etc;
    private final Map<String, Path> links = new LinkedHashMap<>();
    private final List<String> folders = new ArrayList<>(); // of a machine whose /usr is not merged

    private HostImage(Path etc) throws IOException {
        this.etc = etc;
        for (String name : TOP) {
            Path here = Path.of("/", name);
            if (Files.isSymbolicLink(here)) {
                links.put(name, Files.readSymbolicLink(here));
            } else if (Files.isDirectory(here)) {
                folders.add(name);
            }
        }
    }

    /** Makes {@code /etc} below this folder, unless what is there fits this machine as it is now. */
    static HostImage in(Path folder) throws IOException {
        return new HostImage(HostEtc.in(folder));
    }

    @Override
    public Map<String, String> env() {
        return Map.of();
    }

    @Override
    public Optional<String> cwd() {
        return Optional.empty();
    }

    @Override
    public Bundle.User user(Optional<String> wanted) {
        return wanted.map(HostEtc.ACCOUNTS::find).orElse(Accounts.SANDBOX);
    }

    @Override
    public List<Mount> mounts(Mount.View view) {
        var mounts = new ArrayList<Mount>();
        mounts.add(view.of("/usr", "/usr"));
        mounts.add(view.of(etc.toString(), "/etc"));
        folders.forEach(name -> mounts.add(view.of("/" + name, "/" + name)));
        return mounts;
    }

    @Override
    public Laid lay(Path sandbox, Path files, Path rootfs, UserNamespace users, Bundle.User user, Deadline deadline)
            throws IOException {
        long idBase = users.first();
        Owned.folder(rootfs, idBase, idBase, 0_755);
        for (String name : EMPTY) {
            Owned.folder(rootfs.resolve(name), idBase, idBase, 0_755);
        }
        for (String name : folders) {
            Owned.folder(rootfs.resolve(name), idBase, idBase, 0_755);
        }
        for (var link : links.entrySet()) {
            Files.createSymbolicLink(rootfs.resolve(link.getKey()), link.getValue());
        }
        Owned.folder(rootfs.resolve("tmp"), idBase, idBase, STICKY);
        Owned.folder(rootfs.resolve("var/tmp"), idBase, idBase, STICKY);
        Owned.folder(rootfs.resolve("root"), idBase, idBase, 0_700);
        long uid = idBase + user.uid();
        long gid = idBase + user.gid();
        Owned.folder(rootfs.resolve("workspace"), uid, gid, 0_755);
        Owned.folder(rootfs.resolve("home/sandbox"), uid, gid, 0_755);
        return () -> {};
    }
}
