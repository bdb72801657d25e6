package dev.sandjar.oci.image;

import dev.sandjar.runtime.Deadline;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;

/**
 * Removes trees that a sandbox has written: never through a link, and however deep they are. Below {@link #DEEPEST} levels a folder is moved up to the
 * top instead of being entered, so that neither the stack nor the length of a path is the sandbox's to choose.
 */
public final class Trees {
    private static final int DEEPEST = 64;

    private final SecureDirectoryStream<Path> top;
    private final Runnable beforeEach;
    private long moved;

    private Trees(SecureDirectoryStream<Path> top, Runnable beforeEach) {
        this.top = top;
        this.beforeEach = beforeEach;
    }

    /** Removes it; succeeds when it is not there. */
    public static void remove(Path tree) throws IOException {
        remove(tree, () -> {});
    }

    /** The same until a deadline; what is then left can be removed by another call. */
    public static void remove(Path tree, Deadline deadline, String doing) throws IOException {
        remove(tree, () -> deadline.check(doing));
    }

    private static void remove(Path tree, Runnable beforeEach) throws IOException {
        if (!Files.isDirectory(tree, LinkOption.NOFOLLOW_LINKS)) {
            Files.deleteIfExists(tree);
            return;
        }
        for (boolean more = true; more; ) { // moved-up folders may appear behind the reader
            try (DirectoryStream<Path> stream = Files.newDirectoryStream(tree)) {
                var trees = new Trees(secure(stream), beforeEach);
                trees.empty(trees.top, 0);
                more = trees.moved > 0;
            } catch (NoSuchFileException gone) {
                return;
            }
        }
        Files.deleteIfExists(tree);
    }

    private void empty(SecureDirectoryStream<Path> folder, int depth) throws IOException {
        for (Path entry : folder) {
            beforeEach.run();
            Path name = entry.getFileName();
            if (!isFolder(folder, name)) {
                folder.deleteFile(name);
            } else if (depth >= DEEPEST) {
                folder.move(name, top, Path.of(".moved-" + System.nanoTime() + "-" + moved++));
            } else {
                try (SecureDirectoryStream<Path> inner = folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                    empty(inner, depth + 1);
                }
                folder.deleteDirectory(name);
            }
        }
    }

    private static boolean isFolder(SecureDirectoryStream<Path> folder, Path name) throws IOException {
        return folder.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes()
                .isDirectory();
    }

    private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream) throws IOException {
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        throw new IOException("this JDK cannot walk folders safely");
    }
}
