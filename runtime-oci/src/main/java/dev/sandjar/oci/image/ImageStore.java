package dev.sandjar.oci.image;

import dev.sandjar.ErrorCode;
import dev.sandjar.ImageInfo;
import dev.sandjar.Images;
import dev.sandjar.SandboxException;
import dev.sandjar.oci.kernel.HeldLock;
import dev.sandjar.runtime.Deadline;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The images of this machine, shared by all processes with the same home.
 *
 * <ul>
 *   <li>{@code refs/}: one file an image, see {@link StoredImage}
 *   <li>{@code layers/}: unpacked layers, each once, closed to everybody else; {@code .new-} while they are made
 *   <li>{@code host-etc-…/}: see {@link HostEtc}
 *   <li>{@code pulling}: shared by all who pull, had alone by whoever removes layers
 *   <li>{@code lock}: held while layers are pinned or found unused
 * </ul>
 *
 * <p>Layers go when no image and no sandbox has them: a sandbox names its own in {@code pinned}, in its folder.
 */
public final class ImageStore implements Images {
    private static final String DOING = "waiting for another pull";
    private static final String PINNED = "pinned";

    private final Path folder;
    private final Path sandboxes;
    private final Aliases aliases;
    private final Registries registries;
    private final Duration longestPull;

    private final ReentrantLock lock = new ReentrantLock(); // guards host
    private @Nullable HostImage host;

    /**
     * Those below a folder, which exists; sandboxes have theirs in the other.
     *
     * @param longestPull that is not part of a create (limit "pull")
     */
    public ImageStore(Path folder, Path sandboxes, Aliases aliases, Registries registries, Duration longestPull) {
        this.folder = folder;
        this.sandboxes = sandboxes;
        this.aliases = aliases;
        this.registries = registries;
        this.longestPull = longestPull;
    }

    Path layers() {
        return folder.resolve("layers");
    }

    /** Finds an image, and fetches it where it is missing. */
    public RootImage get(String reference, Deadline deadline) throws IOException, InterruptedException {
        String resolved = aliases.resolve(reference);
        if (resolved.equals(HostImage.NAME)) {
            return host();
        }
        return new OciImage(this, pull(ImageReference.parse(resolved), deadline, _ -> {}));
    }

    private HostImage host() throws IOException {
        lock.lock();
        try {
            if (host == null) {
                host = HostImage.in(folder);
            }
            return host;
        } finally {
            lock.unlock();
        }
    }

    private StoredImage pull(ImageReference image, Deadline deadline, Consumer<String> progress)
            throws IOException, InterruptedException {
        registries.check(image);
        Path file = file(image);
        if (Files.exists(file)) {
            return StoredImage.read(file);
        }
        open();
        try (var _ = HeldLock.share(folder.resolve("pulling"), deadline, DOING);
                var _ = HeldLock.make(folder.resolve("refs").resolve("." + file.getFileName()), deadline, DOING)) {
            if (Files.exists(file)) { // another has pulled it meanwhile
                return StoredImage.read(file);
            }
            var registry = new Registry(image, registries.address(image));
            StoredImage pulled = new Pull(image, registry, layers(), deadline, progress).run();
            pulled.write(file);
            return pulled;
        }
    }

    private void open() throws IOException {
        var ours = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        Files.createDirectories(folder.resolve("refs"), ours);
        Files.createDirectories(layers(), ours);
    }

    private Path file(ImageReference image) {
        String digest = Digest.of(image.toString().getBytes(StandardCharsets.UTF_8));
        return folder.resolve("refs").resolve(digest.substring("sha256:".length()));
    }

    /** From now on the layers of an image stay until the sandbox's folder is gone. */
    void pin(StoredImage image, Path sandbox, Deadline deadline) throws IOException, InterruptedException {
        try (var _ = HeldLock.make(folder.resolve("lock"), deadline, "waiting for the image store's lock")) {
            for (String layer : image.layers()) {
                if (!Files.isDirectory(layers().resolve(layer))) {
                    throw notHere(image.reference());
                }
            }
            Files.writeString(sandbox.resolve(PINNED), String.join("\n", image.layers()));
        }
    }

    @Override
    public List<ImageInfo> list() {
        return working("listing images", () -> {
            var found = new ArrayList<ImageInfo>();
            found.add(new ImageInfo(HostImage.NAME, "", 0));
            aliases.table().keySet().stream().sorted().forEach(name -> found.add(new ImageInfo(name, "", 0)));
            for (StoredImage one : stored()) {
                found.add(info(one));
            }
            return found;
        });
    }

    @Override
    public ImageInfo pull(String reference, Consumer<String> progress) {
        String resolved = aliases.resolve(reference);
        if (resolved.equals(HostImage.NAME)) {
            return new ImageInfo(reference, "", 0);
        }
        var image = ImageReference.parse(resolved);
        return working("pulling image " + image, () -> info(pull(image, Deadline.in("pull", longestPull), progress)));
    }

    @Override
    public void remove(String reference) {
        if (reference.equals(HostImage.NAME) || aliases.table().containsKey(reference)) {
            throw SandboxException.notSupported(
                    "removing image " + reference,
                    "this machine",
                    "it is the machine itself, or an alias in the configuration");
        }
        Path file = file(ImageReference.parse(reference));
        working("removing image " + reference, () -> {
            if (!Files.deleteIfExists(file)) {
                throw notHere(reference);
            }
            sweep(Deadline.in("pull", longestPull));
            return true;
        });
    }

    /** Removes layers that nobody has any more, and what killed pulls have left; does nothing while somebody pulls. */
    public void sweep(Deadline deadline) throws IOException, InterruptedException {
        if (!Files.isDirectory(layers())) {
            return;
        }
        Optional<HeldLock> alone = HeldLock.tryMake(folder.resolve("pulling"));
        if (alone.isEmpty()) {
            return;
        }
        try (var _ = alone.get();
                var _ = HeldLock.make(folder.resolve("lock"), deadline, "waiting for the image store's lock")) {
            var used = new HashSet<String>();
            stored().forEach(image -> used.addAll(image.layers()));
            try (var all = Files.newDirectoryStream(sandboxes)) {
                for (Path sandbox : all) {
                    if (Files.exists(sandbox.resolve(PINNED))) {
                        used.addAll(Files.readAllLines(sandbox.resolve(PINNED)));
                    }
                }
            }
            for (String name : Pull.unused(layers(), used)) {
                Trees.remove(layers().resolve(name), deadline, "removing layers that nobody has");
            }
        }
    }

    private List<StoredImage> stored() throws IOException {
        var found = new ArrayList<StoredImage>();
        if (Files.isDirectory(folder.resolve("refs"))) {
            try (var files = Files.newDirectoryStream(folder.resolve("refs"), "[0-9a-f]*")) {
                for (Path file : files) {
                    found.add(StoredImage.read(file));
                }
            }
        }
        return found;
    }

    private static ImageInfo info(StoredImage image) {
        return new ImageInfo(image.reference(), image.digest(), image.size());
    }

    private static SandboxException notHere(String reference) {
        return new SandboxException(
                ErrorCode.IMAGE_NOT_FOUND,
                "image " + reference + " is not here",
                "sandjar images ls shows what is",
                null);
    }

    private interface Work<T> {
        T run() throws IOException, InterruptedException;
    }

    private static <T> T working(String what, Work<T> work) {
        try {
            return work.run();
        } catch (IOException e) {
            throw SandboxException.internal(what, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SandboxException.interrupted(what, e);
        }
    }
}
