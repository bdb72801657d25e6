package dev.sandjar.oci.image;

import dev.sandjar.oci.bundle.Bundle;
import dev.sandjar.oci.kernel.OverlayMarks;
import dev.sandjar.oci.kernel.Owners;
import dev.sandjar.runtime.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/**
 * Unpacks one layer of an image, which is hostile: names climb out, links point anywhere, sizes lie. Devices and pipes are left out: no sandbox could
 * use them. Owners are kept as they are in the layer; a mount shifts them into each sandbox's own range.
 */
final class LayerUnpacker {
    private static final int MOST_ENTRIES = 2_000_000;
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final int NOBODY = 65_534;

    private final LayerTree tree;
    private final Deadline deadline;

    LayerUnpacker(Path root, Deadline deadline) {
        this.tree = new LayerTree(root);
        this.deadline = deadline;
    }

    void unpack(InputStream tar) throws IOException {
        var archive = LayerArchive.of(tar, deadline);
        int entries = 0;
        for (TarArchiveEntry entry = archive.next(); entry != null; entry = archive.next()) {
            if (++entries > MOST_ENTRIES) {
                throw new HostileImageException("a layer has more than " + MOST_ENTRIES + " files");
            }
            add(entry, archive);
        }
    }

    private void add(TarArchiveEntry entry, InputStream content) throws IOException {
        String name = LayerTree.last(entry.getName());
        if (name.isEmpty()) {
            dress(tree.root(), entry);
        } else if (name.equals(OPAQUE)) {
            OverlayMarks.makeOpaque(tree.parent(entry.getName()));
        } else if (name.startsWith(WHITEOUT)) {
            hide(tree.parent(entry.getName()), name.substring(WHITEOUT.length()));
        } else {
            make(entry, tree.resolve(entry.getName()), content);
        }
    }

    private static void hide(Path folder, String name) throws IOException {
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw new HostileImageException("a layer has a name that no file can have");
        }
        Path hidden = LayerTree.child(folder, name);
        if (!Files.exists(hidden, LinkOption.NOFOLLOW_LINKS)) {
            OverlayMarks.whiteout(hidden);
        }
    }

    private void make(TarArchiveEntry entry, Path path, InputStream content) throws IOException {
        if (entry.isDirectory()) {
            if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                Trees.remove(path);
                Files.createDirectory(path);
            }
            dress(path, entry);
            return;
        }
        Path linked = entry.isLink() ? tree.resolve(entry.getLinkName()) : path;
        if (entry.isLink() && linked.equals(path)) {
            return;
        }
        if (entry.isSymbolicLink() || Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            tree.forget();
        }
        Trees.remove(path);
        if (entry.isLink()) {
            if (!Files.isRegularFile(linked, LinkOption.NOFOLLOW_LINKS)) {
                throw new HostileImageException("a layer links to a file that it does not have");
            }
            Files.createLink(path, linked);
        } else if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, LayerTree.target(entry.getLinkName()));
            own(path, entry);
        } else if (isPlain(entry)) {
            Files.copy(content, path);
            dress(path, entry);
        }
    }

    private static boolean isPlain(TarArchiveEntry entry) {
        return entry.isFile() && !entry.isBlockDevice() && !entry.isCharacterDevice() && !entry.isFIFO();
    }

    private static void dress(Path path, TarArchiveEntry entry) throws IOException {
        own(path, entry);
        Files.setAttribute(
                path,
                "unix:mode",
                entry.getMode() & 0_7777,
                LinkOption.NOFOLLOW_LINKS); // after the owner: that clears bits
        Files.setLastModifiedTime(
                path, FileTime.from(entry.getLastModifiedTime().toInstant()));
    }

    private static void own(Path path, TarArchiveEntry entry) throws IOException {
        Owners.set(path, inside(entry.getLongUserId()), inside(entry.getLongGroupId()));
    }

    private static long inside(long id) {
        return id >= 0 && id < Bundle.IDS ? id : NOBODY;
    }
}
