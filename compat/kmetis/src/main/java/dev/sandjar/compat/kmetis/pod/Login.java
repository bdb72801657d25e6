package dev.sandjar.compat.kmetis.pod;

import dev.sandjar.compat.kmetis.error.SandboxException;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * Whom one logs in as.
 *
 * @param username as in the pod's {@code /etc/passwd}
 * @param uid when present, the whole pod runs as this user, who is made; else sshd runs as root and becomes a user whom the image has
 */
public record Login(String username, OptionalInt uid) {
    private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_-]{0,31}");
    private static final int LARGEST_UID = 1 << 30;

    /** Refuses names that no passwd has, and root's number for anybody. */
    public Login {
        if (!NAME.matcher(username).matches()) {
            throw SandboxException.invalid("username", username, "1 to 32 of a-z, 0-9, _ and -, no digit first");
        }
        if (uid.isPresent() && (uid.getAsInt() < 1 || uid.getAsInt() > LARGEST_UID || username.equals("root"))) {
            throw SandboxException.invalid(
                    "user",
                    username + " with number " + uid.getAsInt(),
                    "a name other than root with 1 to " + LARGEST_UID + "; root needs no number");
        }
    }
}
