package dev.sandjar.oci.image;

import dev.sandjar.oci.kernel.CString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The folder that a layer is unpacked into. Names from the layer are resolved below it as if it were the root of a machine: {@code ..} stops at it and
 * links point into it, so that whatever a layer writes stays inside. Nobody else writes there meanwhile.
 */
final class LayerTree {
    private static final int MOST_LINKS = 40; // as the kernel
    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_PATH = 4_096;

    private final Path root;
    private String known = ""; // the parent that was asked for last, since a layer has its files folder by folder
    private Path knownAt;

    LayerTree(Path root) {
        this.root = root;
        this.knownAt = root;
    }

    Path root() {
        return root;
    }

    /** To be called when a folder or a link may have been replaced. */
    void forget() {
        known = "";
        knownAt = root;
    }

    /** The folder that a name's last part is to be made in; made with all its parents, never through a link that leads elsewhere. */
    Path parent(String name) throws IOException {
        Deque<String> parts = parts(name);
        parts.pollLast();
        String wanted = String.join("/", parts);
        if (!wanted.equals(known)) {
            knownAt = walk(parts);
            known = wanted;
        }
        return knownAt;
    }

    /** A name in a folder, in UTF-8 whatever this machine's locale is. */
    static Path child(Path folder, String name) {
        boolean plain = name.chars().allMatch(c -> c < 128);
        return folder.resolve(plain ? Path.of(name) : Path.of("/").relativize(CString.path("/" + name)));
    }

    /** What a link points to, likewise. */
    static Path target(String text) throws IOException {
        raw(text); // checked
        boolean plain = text.chars().allMatch(c -> c < 128);
        if (plain || text.startsWith("/")) {
            return CString.path(text);
        }
        return Path.of("/").relativize(CString.path("/" + text));
    }

    /** A name's last part. */
    static String last(String name) throws IOException {
        String last = parts(name).peekLast();
        return last == null ? "" : last;
    }

    /** Where a name is, its last part not followed. */
    Path resolve(String name) throws IOException {
        String last = last(name);
        return last.isEmpty() ? root : child(parent(name), last);
    }

    private Path walk(Deque<String> parts) throws IOException {
        Path at = root;
        int links = 0;
        while (!parts.isEmpty()) {
            String part = parts.poll();
            if (part.equals("..")) {
                Path above = at.getParent();
                at = at.equals(root) || above == null ? root : above;
                continue;
            }
            Path next = child(at, part);
            if (Files.isSymbolicLink(next)) {
                if (++links > MOST_LINKS) {
                    throw new HostileImageException("a layer has links that go in circles");
                }
                String target = Files.readSymbolicLink(next).toString();
                Deque<String> inner = raw(target);
                while (!inner.isEmpty()) {
                    parts.push(inner.pollLast());
                }
                at = target.startsWith("/") ? root : at;
            } else {
                if (!Files.isDirectory(next, LinkOption.NOFOLLOW_LINKS)) {
                    Files.deleteIfExists(next);
                    Files.createDirectory(next);
                    Files.setAttribute(next, "unix:mode", 0_755, LinkOption.NOFOLLOW_LINKS);
                }
                at = next;
            }
        }
        return at;
    }

    /** Parts of a name in a layer: {@code ..} in it is taken away before anything is looked at, as {@code /a/../b} is {@code /b}. */
    private static Deque<String> parts(String name) throws IOException {
        var clean = new ArrayDeque<String>();
        for (String part : raw(name)) {
            if (part.equals("..")) {
                clean.pollLast();
            } else {
                clean.add(part);
            }
        }
        return clean;
    }

    private static Deque<String> raw(String name) throws IOException {
        if (name.length() > LONGEST_PATH || name.indexOf('\0') >= 0) {
            throw new HostileImageException("a layer has a name that no file can have");
        }
        var parts = new ArrayDeque<String>();
        for (String part : name.split("/")) {
            if (part.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
                throw new HostileImageException("a layer has a name that no file can have");
            }
            if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return parts;
    }
}
