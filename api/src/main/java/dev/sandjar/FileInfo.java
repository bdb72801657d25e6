package dev.sandjar;

import java.time.Instant;

/**
 * A file or folder as the sandbox's user sees it.
 *
 * @param name the last part of its path
 * @param path as it was asked for, and for entries of a folder that path, {@code /} and the name
 * @param type what it is; symbolic links are not followed
 * @param size bytes
 * @param mode permission bits as in {@code chmod}: 0 to 07777
 * @param modifiedAt when its content last changed
 */
public record FileInfo(String name, String path, Type type, long size, int mode, Instant modifiedAt) {
    /** Kinds of files. */
    public enum Type {
        /** A regular file. */
        FILE,
        /** A folder. */
        DIRECTORY,
        /** A symbolic link. */
        SYMLINK,
        /** A device, socket or pipe. */
        OTHER
    }
}
