package dev.sandjar.engine.files;

import dev.sandjar.SandboxException;
import java.nio.charset.StandardCharsets;

/**
 * A path as a caller gave it, as the agent takes it: absolute, or confined to a base. The agent's kernel holds the confinement; here is
 * only what can be said without looking.
 */
record FilePath(String base, String path) {
    private static final int LONGEST = 4_095; // PATH_MAX without its NUL

    /** @param folder where relative ones begin */
    static FilePath of(String folder, String given) {
        int length = given.getBytes(StandardCharsets.UTF_8).length;
        if (given.isEmpty() || length > LONGEST || given.indexOf('\0') >= 0) {
            throw SandboxException.invalid("path", length + " bytes", "1 to " + LONGEST + " bytes without NUL");
        }
        return given.startsWith("/") ? new FilePath("", given) : new FilePath(folder, given);
    }

    /** Two paths for one request must have one base; a relative one is made absolute only if the other is. */
    static boolean sameBase(FilePath one, FilePath other) {
        return one.base.equals(other.base);
    }
}
