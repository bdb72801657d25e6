package dev.sandjar.agent;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;

/** The agent's static binary for this machine's processor, carried as a resource. */
public final class AgentBinary {
    private AgentBinary() {}

    /**
     * Puts the binary into a folder, named for its content, unless it is there.
     *
     * @param folder exists, writable by nobody but us
     * @return an executable file
     */
    public static Path installInto(Path folder) throws IOException {
        byte[] content = content();
        Path file = folder.resolve("sandjar-agent-" + digest(content));
        if (Files.exists(file) && Files.size(file) == content.length) {
            return file;
        }
        Path temporary = Files.createTempFile(
                folder,
                "agent",
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.write(temporary, content);
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("r-xr-xr-x"));
        return Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE); // others may be doing the same
    }

    private static byte[] content() throws IOException {
        String arch = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86_64";
        try (InputStream in = AgentBinary.class.getResourceAsStream("sandjar-agent-" + arch)) {
            if (in == null) {
                throw new IOException("this build of sandjar has no agent for " + arch);
            }
            return in.readAllBytes();
        }
    }

    private static String digest(byte[] content) throws IOException {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }
}
