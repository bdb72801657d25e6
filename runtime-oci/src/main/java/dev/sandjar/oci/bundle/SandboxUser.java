package dev.sandjar.oci.bundle;

import dev.sandjar.SandboxException;
import java.util.Optional;

/**
 * Whom commands run as, inside the sandbox.
 *
 * @param uid 0 to 65535
 * @param gid 0 to 65535
 */
public record SandboxUser(int uid, int gid) {
    /** The ordinary one. */
    public static final SandboxUser DEFAULT = new SandboxUser(1000, 1000);

    public static SandboxUser parse(Optional<String> text) {
        if (text.isEmpty() || text.get().equals("sandbox")) {
            return DEFAULT;
        }
        if (text.get().equals("root")) {
            return new SandboxUser(0, 0);
        }
        String[] parts = text.get().split(":", -1);
        try {
            int uid = Integer.parseInt(parts[0]);
            int gid = parts.length > 1 ? Integer.parseInt(parts[1]) : uid;
            if (uid < Ids.COUNT && gid < Ids.COUNT) {
                return new SandboxUser(uid, gid);
            }
        } catch (NumberFormatException notANumber) {
            // said below
        }
        throw SandboxException.invalid("user", '"' + text.get() + '"', "sandbox, root, or uid:gid up to 65535");
    }
}
