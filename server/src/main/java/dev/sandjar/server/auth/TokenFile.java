package dev.sandjar.server.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/** Static tokens, from a file that only its owner can read. A line each: the token, or {@code owner:token}. */
public final class TokenFile {
    /** Whose sandboxes a token without a name makes. */
    public static final String DEFAULT_OWNER = "default";

    private final Map<String, String> owners =
            new HashMap<>(); // by the token's digest: finding one tells nothing of another

    private TokenFile() {}

    /** Where the command line looks, too. */
    public static Path standard() {
        String config = System.getenv().getOrDefault("XDG_CONFIG_HOME", System.getProperty("user.home") + "/.config");
        return Path.of(config, "sandjar", "token");
    }

    public static TokenFile read(Path file) throws IOException {
        var tokens = new TokenFile();
        for (String line : Files.readAllLines(file)) {
            if (!line.isBlank() && !line.startsWith("#")) {
                int colon = line.indexOf(':');
                String owner =
                        colon < 0 ? DEFAULT_OWNER : line.substring(0, colon).strip();
                tokens.owners.put(digest(line.substring(colon + 1).strip()), owner);
            }
        }
        return tokens;
    }

    /** Makes a token of 32 random bytes unless the file is there. */
    public static void makeIfMissing(Path file) throws IOException {
        if (Files.exists(file)) {
            return;
        }
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, Base64.getUrlEncoder().withoutPadding().encodeToString(random) + "\n");
        } catch (FileAlreadyExistsException justNow) {
            // another server has made it
        }
    }

    /** Whose token it is. */
    public Optional<String> owner(String token) {
        return Optional.ofNullable(owners.get(digest(token)));
    }

    private static String digest(String token) {
        try {
            byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible); // every JDK has SHA-256
        }
    }
}
