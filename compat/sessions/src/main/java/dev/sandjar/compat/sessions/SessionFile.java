package dev.sandjar.compat.sessions;

import java.time.Instant;
import java.util.Optional;

/**
 * A file or folder of a session as the server tells it.
 *
 * @param name the last part of its path
 * @param path relative to the session's folder
 * @param type what it is
 * @param size in bytes
 * @param permissions such as {@code rw-r--r--}; empty where the server does not say
 * @param createdAt empty where the server does not say
 * @param modifiedAt empty where the server does not say
 * @param checksum MD5 of the content in hexadecimal; empty where the server does not say
 */
public record SessionFile(
        String name,
        String path,
        Type type,
        long size,
        Optional<String> permissions,
        Optional<Instant> createdAt,
        Optional<Instant> modifiedAt,
        Optional<String> checksum) {
    /** What a path leads to. */
    public enum Type {
        /** Something with content. */
        FILE,
        /** A folder. */
        DIRECTORY,
        /** A symbolic link. */
        SYMLINK
    }
}
