package dev.sandjar.compat.kmetis.ssh;

import dev.sandjar.compat.kmetis.error.SandboxException;
import java.util.List;
import org.apache.sshd.common.config.keys.AuthorizedKeyEntry;

/** Who may log in. */
public final class PublicKeys {
    private PublicKeys() {}

    /**
     * Checks the text.
     *
     * @param text one or more lines as in {@code authorized_keys}
     * @return the lines, each ended
     * @throws SandboxException when one is no public key; it is not quoted, since it may be a private one
     */
    public static String check(String text) {
        List<String> lines =
                text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
        if (lines.isEmpty() || !lines.stream().allMatch(PublicKeys::isKey)) {
            throw new SandboxException(
                    text.contains("PRIVATE KEY") ? "the public key is a private one" : "the public key is none",
                    "give lines as in a .pub file: the type, the key, and a comment if you like",
                    null);
        }
        return String.join("\n", lines) + "\n";
    }

    private static boolean isKey(String line) {
        try {
            AuthorizedKeyEntry entry = AuthorizedKeyEntry.parseAuthorizedKeyEntry(line);
            return entry != null && entry.getKeyData().length > 0;
        } catch (RuntimeException notOne) {
            return false;
        }
    }
}
