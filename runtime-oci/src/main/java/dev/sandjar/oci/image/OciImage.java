package dev.sandjar.oci.image;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.oci.bundle.Bundle;
import dev.sandjar.oci.bundle.Mount;
import dev.sandjar.oci.kernel.CString;
import dev.sandjar.oci.kernel.ErrnoException;
import dev.sandjar.oci.kernel.IdMappedTree;
import dev.sandjar.oci.kernel.Mounts;
import dev.sandjar.oci.kernel.OpenFolder;
import dev.sandjar.oci.kernel.UserNamespace;
import dev.sandjar.runtime.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An image of a registry: its layers, seen with the sandbox's owners, stacked by overlayfs below a folder of the sandbox's own. Both mounts are out
 * of this machine's sight once the sandbox runs.
 */
public final class OciImage implements RootImage {
    private static final int LARGEST_ACCOUNTS = 1 << 20;
    private static final Bundle.User SANDBOX = new Bundle.User(1000, 1000, "sandbox", "/home/sandbox", "/bin/sh");

    private final ImageStore store;
    private final StoredImage image;
    private final Accounts accounts;

    OciImage(ImageStore store, StoredImage image) throws IOException {
        this.store = store;
        this.image = image;
        this.accounts = new Accounts(text("passwd"), text("group"));
    }

    @Override
    public Map<String, String> env() {
        return image.config().env();
    }

    @Override
    public Optional<String> cwd() {
        return image.config().cwd();
    }

    @Override
    public Bundle.User user(Optional<String> wanted) {
        Optional<String> user = wanted.filter(name -> !name.equals(SANDBOX.name()) || accounts.names(name))
                .or(() -> wanted.isPresent() ? Optional.empty() : image.config().user());
        if (user.isPresent()) {
            return accounts.find(user.get());
        }
        String id = Integer.toString(SANDBOX.uid());
        return accounts.names(id) ? accounts.find(id) : SANDBOX;
    }

    @Override
    public List<Mount> mounts(Mount.View view) {
        return List.of();
    }

    @Override
    public Laid lay(Path sandbox, Path files, Path rootfs, UserNamespace users, Bundle.User user, Deadline deadline)
            throws IOException, InterruptedException {
        long idBase = users.first();
        store.pin(image, sandbox, deadline);
        Path upper = Owned.folder(files.resolve("upper"), idBase, idBase, 0_755);
        Path work = Files.createDirectory(files.resolve("work"));
        Files.createDirectory(rootfs);
        furnish(upper, idBase, user);
        if (image.layers().isEmpty()) {
            throw new SandboxException(
                    ErrorCode.START_FAILED, "image " + image.reference() + " is empty", "use another image", null);
        }
        stack(Files.createDirectory(sandbox.resolve("layers")), upper, work, rootfs, users);
        return () -> Mounts.detach(rootfs);
    }

    private void stack(Path layers, Path upper, Path work, Path rootfs, UserNamespace users)
            throws IOException, InterruptedException {
        try {
            IdMappedTree.mount(store.layers(), layers, users);
            try (var lower = OpenFolder.of(layers);
                    var top = OpenFolder.of(upper);
                    var scratch = OpenFolder.of(work)) {
                var options = new StringBuilder("lowerdir=");
                for (String layer : image.layers().reversed()) {
                    options.append(lower.path()).append('/').append(layer).append(':');
                }
                options.setLength(options.length() - 1);
                options.append(",upperdir=")
                        .append(top.path())
                        .append(",workdir=")
                        .append(scratch.path());
                Mounts.mount("overlay", rootfs, "overlay", options.toString());
            } finally {
                Mounts.detach(layers); // the overlay has its own by now
            }
        } catch (ErrnoException e) {
            throw new SandboxException(
                    ErrorCode.NOT_SUPPORTED,
                    "this machine's kernel or filesystem cannot stack images (" + e.getMessage() + ")",
                    "use image host, or Linux 5.19 with ext4, xfs or btrfs below the home folder",
                    e);
        }
    }

    /** What every sandbox has, whatever its image has. */
    private void furnish(Path upper, long idBase, Bundle.User user) throws IOException {
        long uid = idBase + user.uid();
        long gid = idBase + user.gid();
        Owned.folder(upper.resolve("workspace"), uid, gid, 0_755);
        Owned.folder(upper.resolve("tmp"), idBase, idBase, 01_777);
        if (user.home().equals(SANDBOX.home())) {
            Owned.folder(upper.resolve("home"), idBase, idBase, 0_755);
            Owned.folder(upper.resolve("home/sandbox"), uid, gid, 0_755);
        }
        Path etc = Owned.folder(upper.resolve("etc"), idBase, idBase, 0_755);
        Owned.file(etc.resolve("hostname"), "sandbox\n", idBase);
        Owned.file(etc.resolve("hosts"), "127.0.0.1 localhost sandbox\n::1 localhost\n", idBase);
        Owned.file(etc.resolve("resolv.conf"), "", idBase);
        if (user.name().equals(SANDBOX.name()) && !accounts.names(SANDBOX.name())) {
            Owned.file(
                    etc.resolve("passwd"),
                    lines(accounts.passwd())
                            + String.join(
                                    ":", "sandbox:x:" + user.uid(), user.gid() + ":sandbox", user.home(), user.shell())
                            + "\n",
                    idBase);
            Owned.file(etc.resolve("group"), lines(accounts.group()) + "sandbox:x:" + user.gid() + ":\n", idBase);
        }
    }

    private static String lines(String text) {
        return text.isEmpty() || text.endsWith("\n") ? text : text + "\n";
    }

    /** A file of the image's {@code /etc} as far as it is a plain one: it is hostile, so no link is followed. */
    private String text(String name) throws IOException {
        for (String layer : image.layers().reversed()) {
            Path etc = store.layers().resolve(layer).resolve("etc");
            Path file = etc.resolve(name);
            boolean here =
                    Files.isDirectory(etc, LinkOption.NOFOLLOW_LINKS) && Files.exists(file, LinkOption.NOFOLLOW_LINKS);
            if (here) {
                boolean plain =
                        Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) <= LARGEST_ACCOUNTS;
                return plain ? CString.text(Files.readAllBytes(file)) : "";
            }
        }
        return "";
    }
}
