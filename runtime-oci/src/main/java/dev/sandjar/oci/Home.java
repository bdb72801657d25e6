package dev.sandjar.oci;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.oci.kernel.HeldLock;
import dev.sandjar.runtime.Deadline;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The folder where everything of this runtime is kept, used by several processes at once.
 *
 * <ul>
 *   <li>{@code sandboxes/ID/}: one sandbox, see {@link SandboxFolder}
 *   <li>{@code ranges/N}: whose the Nth range of user ids is, see {@link UidRanges}
 *   <li>{@code images/}, {@code agents/}: what sandboxes share; {@code empty/}: has to be, for their overlays
 *   <li>{@code lock}: held for microseconds, while a sandbox's folder and range are reserved
 * </ul>
 *
 * <p>Folders on the way to a sandbox can be entered but not listed by others (0711): an OCI runtime looks at the root filesystem as the sandbox's own
 * user 0, who is nobody here. What is secret has a mode of its own.
 */
final class Home {
    private static final int LONGEST_SOCKET = 107; // sun_path of unix(7) without its NUL
    private static final String SOCKET_BELOW = "/sandboxes/00000000-0000-0000-0000-000000000000/link/s";

    final Path folder;
    final Path images;
    final Path agents;
    final Path sandboxes;
    final Path empty;
    private final UidRanges ranges;

    private final ReentrantLock threads = new ReentrantLock(); // the same as the file's lock, cheaper among threads

    private Home(Path folder) {
        this.folder = folder;
        this.images = folder.resolve("images");
        this.agents = folder.resolve("agents");
        this.sandboxes = folder.resolve("sandboxes");
        this.empty = folder.resolve("empty");
        this.ranges = new UidRanges(folder.resolve("ranges"));
    }

    /** Makes what is missing, and refuses a place where no sandbox could run. */
    static Home open(Path folder) {
        int socket = folder.toString().getBytes(StandardCharsets.UTF_8).length + SOCKET_BELOW.length();
        if (socket > LONGEST_SOCKET) {
            throw SandboxException.invalid(
                    "home",
                    "a path of " + (socket - SOCKET_BELOW.length()) + " bytes",
                    "at most " + (LONGEST_SOCKET - SOCKET_BELOW.length()) + " bytes");
        }
        var home = new Home(folder);
        try {
            Files.createDirectories(folder.getParent() == null ? folder : folder.getParent());
            for (Path one : List.of(folder, home.sandboxes, home.images, home.agents)) {
                open(one, "rwx--x--x");
            }
            open(home.empty, "r-xr-xr-x");
            Files.createDirectories(folder.resolve("ranges"));
            home.refuseUnreachable();
        } catch (IOException e) {
            throw new SandboxException(
                    ErrorCode.INVALID_ARGUMENT,
                    "home " + folder + " cannot be used: "
                            + (e instanceof AccessDeniedException ? "permission denied" : e.getMessage()),
                    "run as root, or name another with home= or SANDJAR_HOME",
                    e);
        }
        return home;
    }

    private static void open(Path folder, String permissions) throws IOException {
        if (!Files.isDirectory(folder)) {
            try {
                Files.createDirectory(folder);
            } catch (FileAlreadyExistsException madeMeanwhile) {
                return;
            }
        }
        var mode = PosixFilePermissions.fromString(permissions);
        if (!Files.getPosixFilePermissions(folder).equals(mode)) {
            Files.setPosixFilePermissions(folder, mode);
        }
    }

    private void refuseUnreachable() throws IOException {
        for (Path above = folder.getParent(); above != null; above = above.getParent()) {
            if (!Files.getPosixFilePermissions(above).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                throw SandboxException.invalid(
                        "home",
                        "in a folder that others cannot enter",
                        "a place such as /var/lib/sandjar, or chmod o+x on that folder");
            }
        }
    }

    SandboxFolder sandbox(SandboxId id) {
        return new SandboxFolder(id, sandboxes.resolve(id.toString()));
    }

    /** Every sandbox that has a folder, in any state. */
    List<SandboxFolder> all() throws IOException {
        var found = new ArrayList<SandboxFolder>();
        try (var folders = Files.newDirectoryStream(sandboxes)) {
            for (Path one : folders) {
                SandboxId.parse(one.getFileName().toString()).ifPresent(id -> found.add(new SandboxFolder(id, one)));
            }
        }
        return found;
    }

    /** Work under the home's lock; short, since it keeps everybody else from making sandboxes. */
    interface Work<T> {
        T run() throws IOException;
    }

    <T> T locked(Deadline deadline, Work<T> work) throws IOException, InterruptedException {
        threads.lockInterruptibly();
        try (var _ = HeldLock.make(folder.resolve("lock"), deadline, "waiting for the home folder's lock")) {
            return work.run();
        } finally {
            threads.unlock();
        }
    }

    UidRanges ranges() {
        return ranges;
    }
}
