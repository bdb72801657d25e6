package dev.sandjar.testing.registry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** An image put together in a test: layers of files, and what they are to be used like. */
public final class TestImage {
    private static final String MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

    private final List<byte[]> layers = new ArrayList<>();
    private String config = "{}";
    private Optional<String> lie = Optional.empty();

    /** One with {@code /bin/sh} and all of busybox, statically linked. */
    public static TestImage busybox() throws IOException {
        var base = new Layer()
                .folder("bin", 0_755)
                .file("bin/busybox", Files.readAllBytes(Path.of("/bin/busybox")), 0_755);
        for (String name : List.of(
                "sh",
                "cat",
                "ls",
                "id",
                "echo",
                "stat",
                "touch",
                "pwd",
                "env",
                "readlink",
                "find",
                "rm",
                "mkdir",
                "wc",
                "dd")) {
            base.link("bin/" + name, "busybox");
        }
        base.folder("etc", 0_755)
                .file("etc/passwd", "root:x:0:0::/root:/bin/sh\nworker:x:1234:1235::/work:/bin/sh\n", 0_644);
        base.folder("tmp", 01_777)
                .folder("proc", 0_755)
                .folder("dev", 0_755)
                .folder("sys", 0_755)
                .folder("run", 0_755);
        return new TestImage().with(base);
    }

    public TestImage with(Layer layer) throws IOException {
        return withTar(layer.tar());
    }

    public TestImage withTar(byte[] tar) {
        layers.add(tar);
        return this;
    }

    /** The {@code config} of the image's configuration. */
    public TestImage configured(String json) {
        config = json;
        return this;
    }

    /** Lies about what its last layer unpacks to. */
    public TestImage saying(String digest) {
        lie = Optional.of(digest);
        return this;
    }

    /** Pushes it and returns its reference. */
    public String push(TestRegistry registry, String repository, String tag) throws IOException, InterruptedException {
        var blobs = new ArrayList<String>();
        var plain = new ArrayList<String>();
        for (byte[] tar : layers) {
            byte[] packed = gzip(tar);
            registry.pushBlob(repository, digest(packed), packed);
            plain.add('"' + digest(tar) + '"');
            blobs.add(
                    "{\"mediaType\":\"application/vnd.docker.image.rootfs.diff.tar.gzip\",\"size\":%d,\"digest\":\"%s\"}"
                            .formatted(packed.length, digest(packed)));
        }
        lie.ifPresent(digest -> plain.set(plain.size() - 1, '"' + digest + '"'));
        byte[] about = "{\"config\":%s,\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[%s]}}"
                .formatted(config, String.join(",", plain))
                .getBytes(StandardCharsets.UTF_8);
        registry.pushBlob(repository, digest(about), about);
        String manifest =
                "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":{\"mediaType\":\"application/vnd.docker.container.image.v1+json\",\"size\":%d,\"digest\":\"%s\"},\"layers\":[%s]}"
                        .formatted(MANIFEST, about.length, digest(about), String.join(",", blobs));
        registry.pushManifest(repository, tag, MANIFEST, manifest);
        return registry.address() + "/" + repository + ":" + tag;
    }

    /** Digest of a layer as it is sent. */
    public String sentDigest(int layer) throws IOException {
        return digest(gzip(layers.get(layer)));
    }

    /** As registries name blobs. */
    static String digest(byte[] bytes) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    /** A layer: entries in the order in which they are added. Names go in as they are, also those that climb out. */
    public static final class Layer {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");

        public Layer() {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            tar.setAddPaxHeadersForNonAsciiNames(true);
        }

        public Layer folder(String name, int mode) throws IOException {
            return add(new TarArchiveEntry(name + "/", true), mode, new byte[0]);
        }

        public Layer file(String name, String text, int mode) throws IOException {
            return file(name, text.getBytes(StandardCharsets.UTF_8), mode);
        }

        public Layer file(String name, byte[] content, int mode) throws IOException {
            var entry = new TarArchiveEntry(name, true);
            entry.setSize(content.length);
            return add(entry, mode, content);
        }

        public Layer ownedFile(String name, String text, long uid, long gid) throws IOException {
            var entry = new TarArchiveEntry(name, true);
            entry.setSize(text.length());
            entry.setUserId(uid);
            entry.setGroupId(gid);
            return add(entry, 0_640, text.getBytes(StandardCharsets.UTF_8));
        }

        public Layer link(String name, String target) throws IOException {
            return linked(name, target, TarConstants.LF_SYMLINK);
        }

        public Layer hardLink(String name, String target) throws IOException {
            return linked(name, target, TarConstants.LF_LINK);
        }

        public Layer device(String name) throws IOException {
            var entry = new TarArchiveEntry(name, TarConstants.LF_BLK, true);
            entry.setDevMajor(8);
            return add(entry, 0_666, new byte[0]);
        }

        public Layer whiteout(String folder, String name) throws IOException {
            return file(folder + "/.wh." + name, "", 0_644);
        }

        public Layer opaque(String folder) throws IOException {
            return file(folder + "/.wh..wh..opq", "", 0_644);
        }

        private Layer linked(String name, String target, byte kind) throws IOException {
            var entry = new TarArchiveEntry(name, kind, true);
            entry.setLinkName(target);
            return add(entry, 0_777, new byte[0]);
        }

        private Layer add(TarArchiveEntry entry, int mode, byte[] content) throws IOException {
            entry.setMode(mode);
            entry.setModTime(0L); // so that the same content has the same digest
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
            return this;
        }

        /** The layer, as a tar archive. */
        public byte[] tar() throws IOException {
            tar.close();
            return bytes.toByteArray();
        }
    }
}
