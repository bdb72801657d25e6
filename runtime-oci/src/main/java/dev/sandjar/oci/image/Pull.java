package dev.sandjar.oci.image;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.oci.kernel.Owners;
import dev.sandjar.runtime.Deadline;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/**
 * Fetches one image: manifest, configuration, then each layer that is not here. A layer is fetched to a file and checked against its digest before
 * anything of it is looked at, unpacked beside the store, checked again, and moved in whole.
 */
final class Pull {
    private static final String ARCHITECTURE = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    private static final long LARGEST_UNPACKED = 64L << 30; // of one layer, as plain tar
    private static final int NAME =
            32; // hex digits of a layer's digest in its folder's name: 128 bits, and short enough for a mount's options

    private final ImageReference image;
    private final Registry registry;
    private final Path layers;
    private final Deadline deadline;
    private final Consumer<String> progress;

    Pull(ImageReference image, Registry registry, Path layers, Deadline deadline, Consumer<String> progress) {
        this.image = image;
        this.registry = registry;
        this.layers = layers;
        this.deadline = deadline;
        this.progress = progress;
    }

    StoredImage run() throws IOException, InterruptedException {
        try {
            progress.accept("looking for " + image);
            byte[] bytes = registry.manifest(image.version(), deadline);
            Optional<String> ours = Manifest.forProcessor(bytes, ARCHITECTURE);
            if (ours.isPresent()) {
                bytes = registry.manifest(ours.get(), deadline);
            }
            Manifest manifest = Manifest.parse(bytes);
            ImageConfig config = config(manifest.config());
            if (config.layers().size() != manifest.layers().size()) {
                throw new HostileImageException("its configuration and its manifest have different layers");
            }
            long size = 0;
            var names = new ArrayList<String>();
            for (int i = 0; i < manifest.layers().size(); i++) {
                String where = "layer " + (i + 1) + " of " + manifest.layers().size();
                String name =
                        config.layers().get(i).substring("sha256:".length()).substring(0, NAME);
                size += layer(manifest.layers().get(i), config.layers().get(i), layers.resolve(name), where);
                names.add(name);
            }
            progress.accept(image + " is ready");
            return new StoredImage(image.toString(), Digest.of(bytes), size, names, config);
        } catch (HostileImageException e) {
            throw new SandboxException(
                    ErrorCode.IMAGE_INVALID,
                    "image " + image + " cannot be used: " + e.getMessage(),
                    "use another version of it, or another registry",
                    e);
        }
    }

    private ImageConfig config(Manifest.Blob blob) throws IOException, InterruptedException {
        try (InputStream body = registry.blob(blob, deadline)) {
            byte[] bytes = body.readNBytes((int) blob.size() + 1);
            if (!Digest.of(bytes).equals(blob.digest())) {
                throw new HostileImageException("its configuration is not the one that its digest names");
            }
            return ImageConfig.parse(bytes);
        }
    }

    private long layer(Manifest.Blob blob, String plainDigest, Path folder, String where)
            throws IOException, InterruptedException {
        Path size = folder.resolveSibling(folder.getFileName() + ".size");
        if (Files.isDirectory(folder) && Files.exists(size)) {
            progress.accept(where + ": is here");
            return Long.parseLong(Files.readString(size));
        }
        Path fetched = Files.createTempFile(layers, ".new-", ".blob");
        Path unpacked = Files.createTempDirectory(layers, ".new-");
        try {
            progress.accept(where + ": fetching " + (blob.size() >> 10) + " KiB");
            fetch(blob, fetched);
            progress.accept(where + ": unpacking");
            long bytes = unpack(fetched, blob.gzip(), plainDigest, unpacked);
            Files.writeString(size, Long.toString(bytes));
            Files.move(unpacked, folder, StandardCopyOption.ATOMIC_MOVE);
            return bytes;
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException another) {
            return Long.parseLong(Files.readString(size)); // was pulled at the same time, for another image
        } finally {
            Files.deleteIfExists(fetched);
            Trees.remove(unpacked);
        }
    }

    private void fetch(Manifest.Blob blob, Path to) throws IOException, InterruptedException {
        try (InputStream body = registry.blob(blob, deadline);
                var through = new Digest.Through(body, blob.size())) {
            copy(through, to);
            if (!through.finish().equals(blob.digest())) {
                throw new HostileImageException(
                        "what the registry sent is not what its digest " + blob.digest() + " names");
            }
        }
    }

    private void copy(InputStream from, Path to) throws IOException {
        try (var out = Files.newOutputStream(to)) {
            byte[] buffer = new byte[1 << 16];
            while (true) {
                int read = read(from, buffer);
                if (read < 0) {
                    return;
                }
                out.write(buffer, 0, read);
                deadline.check("pulling image " + image);
            }
        }
    }

    private int read(InputStream from, byte[] buffer) throws IOException {
        try {
            return from.read(buffer);
        } catch (HostileImageException e) {
            throw e;
        } catch (IOException e) {
            throw new SandboxException(
                    ErrorCode.REGISTRY_UNAVAILABLE,
                    "registry " + image.registry() + " broke off in the middle of image " + image,
                    "try again",
                    e);
        }
    }

    private long unpack(Path file, boolean gzip, String digest, Path folder) throws IOException {
        Owners.set(folder, 0, 0);
        Files.setAttribute(folder, "unix:mode", 0_755, LinkOption.NOFOLLOW_LINKS);
        try (var raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
                var plain = new Digest.Through(gzip ? new GZIPInputStream(raw, 1 << 16) : raw, LARGEST_UNPACKED)) {
            new LayerUnpacker(folder, deadline).unpack(plain);
            if (!plain.finish().equals(digest)) {
                throw new HostileImageException("a layer is not what the image's configuration says");
            }
            return plain.count();
        } catch (java.util.zip.ZipException | java.io.EOFException e) {
            throw new HostileImageException("a layer is not a tar archive");
        }
    }

    /** Names of the folders of these layers, and of nothing else, are in use. */
    static List<String> unused(Path layers, java.util.Set<String> used) throws IOException {
        var found = new ArrayList<String>();
        try (var all = Files.newDirectoryStream(layers)) {
            for (Path one : all) {
                String name = one.getFileName().toString();
                if (!used.contains(name.replaceFirst("\\.size$", ""))) {
                    found.add(name);
                }
            }
        }
        return found;
    }
}
