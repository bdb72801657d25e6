package dev.sandjar.compat.kmetis.pod;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The shell scripts beside this class. */
final class Scripts {
    /** Copies OpenSSH, in the image that has it. */
    static final String BRING = read("bring.sh");
    /** Writes a list of users, in the sandbox's image. */
    static final String USERS = read("users.sh");
    /** Becomes sshd. */
    static final String SERVE = read("serve.sh");

    private Scripts() {}

    private static String read(String name) {
        try (InputStream script = Objects.requireNonNull(Scripts.class.getResourceAsStream(name), name)) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
