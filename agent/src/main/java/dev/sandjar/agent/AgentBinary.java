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
    /** What it is called. */
    public static final String NAME = "sandjar-agent";

    private AgentBinary() {}

    /**
     * Puts the binary into a folder of its own, named for its content, unless it is there. Sandboxes that see that folder see it never change.
     *
     * @param folder exists, writable by nobody but us
     * @return the folder of its own, with the executable file {@link #NAME}
     */
    public static Path installInto(Path folder) throws IOException {
        byte[] content = content(System.getProperty("os.arch"));
        Path own = folder.resolve(digest(content));
        Path file = own.resolve(NAME);
        if (Files.exists(file) && Files.size(file) == content.length) {
            return own;
        }
        Path temporary = Files.createTempFile(
                folder,
                "agent",
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.write(temporary, content);
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("r-xr-xr-x"));
        Files.createDirectories(
                own, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE); // others may be doing the same
        return own;
    }

    /**
     * The binary for a processor.
     *
     * @param processor as Java, the kernel or Kubernetes calls it: {@code aarch64} and {@code arm64} are one, anything else is {@code x86_64}
     * @return the whole file
     */
    public static byte[] content(String processor) throws IOException {
        String arch = processor.equals("aarch64") || processor.equals("arm64") ? "aarch64" : "x86_64";
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
