package dev.sandjar.server.door.preview;

import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A port of a sandbox as a label of a host name: {@code 8000-3fa85f64-5717-4562-b3fc-2c963f66afa6}. */
record PortName(int port, SandboxId sandbox) {
    private static final Pattern FORM = Pattern.compile("([1-9]\\d{0,4})-([0-9a-f-]{36})");
    private static final int LARGEST = 65_535;

    PortName {
        if (port < 1 || port > LARGEST) {
            throw SandboxException.invalid("port", port, "1 to " + LARGEST);
        }
    }

    /**
     * Whose host name that is.
     *
     * @param domain what all of them end with
     * @return empty for any other name
     */
    static Optional<PortName> ofHost(String host, String domain) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.endsWith("." + domain)
                ? parse(name.substring(0, name.length() - domain.length() - 1))
                : Optional.empty();
    }

    private static Optional<PortName> parse(String label) {
        Matcher parts = FORM.matcher(label);
        if (!parts.matches() || Integer.parseInt(parts.group(1)) > LARGEST) {
            return Optional.empty();
        }
        int port = Integer.parseInt(parts.group(1));
        return SandboxId.parse(parts.group(2)).map(sandbox -> new PortName(port, sandbox));
    }

    @Override
    public String toString() {
        return port + "-" + sandbox;
    }
}
