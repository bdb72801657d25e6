package dev.sandjar.server.auth;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A file of tokens that only its owner can read. A line each: the token, or {@code owner:token}; {@code #} begins a comment. */
public final class TokenFile {
    /** Whose sandboxes a token without a name makes. */
    public static final String DEFAULT_OWNER = "default";

    private static final int LONGEST_OWNER = 255;

    private TokenFile() {}

    /** Where the command line looks, too. */
    public static Path standard() {
        String config = System.getenv().getOrDefault("XDG_CONFIG_HOME", System.getProperty("user.home") + "/.config");
        return Path.of(config, "sandjar", "token");
    }

    /** Owners by token. */
    public static Map<String, String> read(Path file) throws IOException {
        var tokens = new HashMap<String, String>();
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            int colon = line.indexOf(':');
            String owner = colon < 0 ? DEFAULT_OWNER : line.substring(0, colon).strip();
            String token = line.substring(colon + 1).strip();
            if (token.isEmpty() || owner.isEmpty() || owner.length() > LONGEST_OWNER) {
                throw new IOException("line " + number + " of the token file " + file
                        + " is malformed, allowed: TOKEN, or OWNER:TOKEN with 1 to " + LONGEST_OWNER
                        + " characters before the colon");
            }
            tokens.put(token, owner);
        }
        return tokens;
    }

    /** Whether a program that sends the file's whole text, as {@code $(cat FILE)} does, is let in. */
    public static boolean isOneTokenAndNothingElse(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        return lines.size() == 1
                && !lines.getFirst().isBlank()
                && lines.getFirst().matches("[^#:\\s][^:\\s]*");
    }

    /** Makes a token of 32 random bytes unless the file is there. It appears with its content or not at all. */
    public static void makeIfMissing(Path file) throws IOException {
        if (Files.exists(file)) {
            return;
        }
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        var onlyOurs = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Path made = Files.createTempFile(folder, ".token", "", onlyOurs);
        try {
            Files.writeString(made, Base64.getUrlEncoder().withoutPadding().encodeToString(random) + "\n");
            Files.createLink(file, made);
        } catch (FileAlreadyExistsException justNow) {
            // another server has made it
        } finally {
            Files.delete(made);
        }
    }
}
