package dev.sandjar.server.auth;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** A file of tokens that only its owner can read. A line each: the token, or {@code owner:token}; {@code #} begins a comment. */
public final class TokenFile {
    /** Whose sandboxes a token without a name makes. */
    public static final String DEFAULT_OWNER = "default";

    static final int LONGEST_OWNER = 255; // characters

    private TokenFile() {}

    /** Where the command line looks, too. */
    public static Path standard() {
        String config = System.getenv("XDG_CONFIG_HOME");
        String home = System.getenv("HOME"); // as shells understand ~, also under sudo -E
        return (config != null && !config.isBlank()
                        ? Path.of(config)
                        : Path.of(home == null || home.isBlank() ? System.getProperty("user.home") : home, ".config"))
                .resolve("sandjar/token");
    }

    /**
     * Owners by token.
     *
     * @throws IOException also when users of this machine besides its owner and group could read or change it, as ssh does with keys
     */
    public static Map<String, String> read(Path file) throws IOException {
        refuseIfOpenToAll(file);
        var tokens = new HashMap<String, String>();
        int number = 0;
        for (String text : Files.readAllLines(file)) {
            String line = text.strip();
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
            if (JwtTokens.looksLikeOne(token)) {
                throw new IOException("line " + number + " of the token file " + file
                        + " has a token with two dots, which is read as a JSON Web Token, allowed: any other");
            }
            tokens.put(token, owner);
        }
        return tokens;
    }

    private static void refuseIfOpenToAll(Path file) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (permissions.contains(PosixFilePermission.OTHERS_READ)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IOException("the token file " + file + " is open to everybody on this machine ("
                    + PosixFilePermissions.toString(permissions)
                    + "), allowed: to its owner and group; run: chmod 600 " + file);
        }
    }

    /**
     * Makes a token of 32 random bytes unless the file is there. It appears with its content or not at all.
     *
     * @return whether it was made
     * @throws IOException also when its folder is missing, unless it is the standard one: somebody has mistyped it
     */
    public static boolean makeIfMissing(Path file) throws IOException {
        if (Files.exists(file)) {
            return false;
        }
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent()); // only / has none, and is there
        if (file.equals(standard())) {
            Files.createDirectories(folder);
        } else if (!Files.isDirectory(folder)) {
            throw new IOException("the token file " + file + " cannot be made: there is no folder " + folder
                    + "; look for a typing error, or run: mkdir -p " + folder);
        }
        var onlyOurs = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Path made = Files.createTempFile(folder, ".token", "", onlyOurs);
        try {
            Files.writeString(made, Base64.getUrlEncoder().withoutPadding().encodeToString(random) + "\n");
            Files.createLink(file, made);
            return true;
        } catch (FileAlreadyExistsException justNow) {
            return false; // another server has made it
        } finally {
            Files.delete(made);
        }
    }
}
