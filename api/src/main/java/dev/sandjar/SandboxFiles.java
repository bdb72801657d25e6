package dev.sandjar;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files of a sandbox, with the rights of its user.
 *
 * <p>A path is relative to the workspace or absolute. A relative one may not climb out of the workspace, neither by {@code ..} nor
 * through a symbolic link ({@code INVALID_ARGUMENT}); an absolute one may name anything in the sandbox. Errors of all methods:
 * {@code FILE_NOT_FOUND}, {@code PERMISSION_DENIED}, {@code INVALID_ARGUMENT}, {@code INVALID_STATE}, {@code SANDBOX_LOST}; of those that
 * write also {@code DISK_FULL}.
 */
public interface SandboxFiles {
    /** What {@link #read} takes at most; {@link #open} has no bound. */
    int LARGEST_READ = 64 << 20;

    /**
     * Opens a file for reading.
     *
     * @param path a regular file
     * @return its bytes as they are read; to be closed
     */
    InputStream open(String path);

    /**
     * Reads a whole file.
     *
     * @param path a regular file
     * @return its bytes
     * @throws SandboxException {@code TOO_LARGE} above {@link #LARGEST_READ}
     */
    byte[] read(String path);

    /**
     * Reads a whole file as UTF-8.
     *
     * @param path a regular file
     * @return its text
     */
    default String readText(String path) {
        return new String(read(path), StandardCharsets.UTF_8);
    }

    /**
     * Writes a file, all or nothing: until the last byte is there, the old file or none is seen. Missing folders are made.
     *
     * @param path where; what is there must be a regular file or nothing
     * @param content read to its end; when reading fails, nothing is left
     * @param overwrite whether a file that is there may be replaced
     * @return the file as written
     * @throws SandboxException {@code ALREADY_EXISTS} when it is there and may not be replaced
     */
    FileInfo write(String path, InputStream content, boolean overwrite);

    /**
     * Writes a file, replacing one that is there.
     *
     * @param path where
     * @param content its bytes
     * @return the file as written
     */
    FileInfo write(String path, byte[] content);

    /**
     * Writes a text file in UTF-8, replacing one that is there.
     *
     * @param path where
     * @param content its text
     * @return the file as written
     */
    default FileInfo write(String path, String content) {
        return write(path, content.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Looks at one file or folder.
     *
     * @param path of anything
     * @return what is there
     */
    FileInfo stat(String path);

    /**
     * Looks into a folder.
     *
     * @param path a folder; {@code .} is the workspace
     * @return its entries by name; 20 000 at most, more is {@code TOO_LARGE}
     */
    List<FileInfo> list(String path);

    /**
     * As {@link #list}, but nobody holds the whole list.
     *
     * @param path a folder
     * @return its entries as they come, by name where they are few; to be closed. What goes wrong after the first is thrown while it is read
     */
    default Stream<FileInfo> entries(String path) {
        return list(path).stream();
    }

    /**
     * Makes a folder and the ones above it. Succeeds when it is there.
     *
     * @param path of the folder
     */
    void mkdirs(String path);

    /**
     * Moves a file or folder, replacing a file that is there.
     *
     * @param from what
     * @param to its new path, not the folder to put it in
     */
    void move(String from, String to);

    /**
     * Removes a file, or a folder with everything in it.
     *
     * @param path of anything but the workspace itself
     */
    void remove(String path);

    /**
     * Watches a folder, not the folders in it.
     *
     * @param path a folder
     * @return its changes from now on
     */
    FileWatch watch(String path);

    /**
     * The same files seen from one folder: relative paths begin there, and may not climb out of it in the same ways. What an absolute path names
     * does not change.
     *
     * @param folder an absolute path; looked at by each use, not now
     * @return the files
     * @throws SandboxException {@code NOT_SUPPORTED} over a server, {@code INVALID_ARGUMENT}
     */
    default SandboxFiles within(String folder) {
        throw SandboxException.notSupported(
                "seeing files from another folder than the workspace", "a server", "name them by absolute paths");
    }
}
