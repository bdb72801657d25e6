package dev.sandjar.compat.kmetis;

import dev.sandjar.compat.kmetis.error.SandboxException;
import io.github.cdimascio.dotenv.Dotenv;
import io.github.cdimascio.dotenv.DotenvEntry;
import io.github.cdimascio.dotenv.DotenvException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What the environment says, and beneath it a file {@code .env}.
 *
 * @param namespace where sandboxes are made: {@code K8S_NAMESPACE}, {@code default}
 * @param username whom one logs in as: {@code SSH_USERNAME}, {@code root}
 * @param port where their sshd listens: {@code SSH_PORT}, 22; 1 to 65535
 * @param timeout until a connection must be there: {@code SSH_TIMEOUT}, in seconds, 30; 1 to 3600
 */
public record Configuration(String namespace, String username, int port, Duration timeout) {
    private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    /** Refuses a name that no namespace has. */
    public Configuration {
        if (!NAMESPACE.matcher(namespace).matches()) {
            throw SandboxException.invalid("namespace (K8S_NAMESPACE)", namespace, "1 to 63 of a-z, 0-9 and -");
        }
    }

    /**
     * Of this process: its environment, and {@code .env} in its folder.
     *
     * @return checked
     */
    public static Configuration read() {
        return read(Path.of(""), System.getenv());
    }

    /**
     * Reads.
     *
     * @param folder where {@code .env} may be; other variables in it are others' business
     * @param environment wins over the file
     * @return checked
     * @throws SandboxException when a value is not allowed, or the file has a line that is none
     */
    public static Configuration read(Path folder, Map<String, String> environment) {
        Map<String, String> all = file(folder);
        all.putAll(environment);
        return new Configuration(
                all.getOrDefault("K8S_NAMESPACE", "default"),
                all.getOrDefault("SSH_USERNAME", "root"),
                number(all, "SSH_PORT", 22, 65_535),
                Duration.ofSeconds(number(all, "SSH_TIMEOUT", 30, 3_600)));
    }

    private static Map<String, String> file(Path folder) {
        var all = new HashMap<String, String>();
        try {
            Dotenv.configure()
                    .directory(folder.toAbsolutePath().toString())
                    .ignoreIfMissing()
                    .load()
                    .entries(Dotenv.Filter.DECLARED_IN_ENV_FILE)
                    .forEach((DotenvEntry entry) -> all.put(entry.getKey(), entry.getValue()));
        } catch (DotenvException e) { // what it says quotes the line, which may be somebody's password
            throw new SandboxException(
                    folder.toAbsolutePath().resolve(".env") + " has a line that is none",
                    "write NAME=value in each line; a comment begins with #",
                    null);
        }
        return all;
    }

    private static int number(Map<String, String> all, String name, int otherwise, int most) {
        String text = all.getOrDefault(name, Integer.toString(otherwise));
        try {
            int number = Integer.parseInt(text.strip());
            if (number >= 1 && number <= most) {
                return number;
            }
        } catch (NumberFormatException notOne) {
            throw SandboxException.invalid(name, text, "1 to " + most);
        }
        throw SandboxException.invalid(name, text, "1 to " + most);
    }
}
