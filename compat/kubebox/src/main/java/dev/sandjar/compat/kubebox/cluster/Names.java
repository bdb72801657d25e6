package dev.sandjar.compat.kubebox.cluster;

import dev.sandjar.compat.kubebox.error.KubeboxException;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/** Refuses what the cluster would refuse, before it is asked, and by the name that the caller knows. */
final class Names {
    /** The port of a sandbox's server. */
    static final int API_PORT = 80;

    /** Also a container's name and a label's value; with {@code -service} behind it, a service's, which must begin with a letter. */
    private static final Pattern POD = Pattern.compile("[a-z]([-a-z0-9]{0,53}[a-z0-9])?");

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?");
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?");
    private static final Pattern SECRET_KEY = Pattern.compile("[-._A-Za-z0-9]{1,253}");
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,252}");
    private static final int LAST_PORT = 65_535;
    private static final int MOST_PORTS = 100;

    private Names() {}

    static String pod(String name) {
        return matching(POD, "pod name", name, "at most 55 small letters, digits and -, a letter first");
    }

    static String name(String what, String name) {
        return matching(NAME, what, name, "small letters, digits, - and .");
    }

    static String label(String what, String value) {
        return matching(LABEL, what, value, "at most 63 letters, digits, -, _ and .");
    }

    static String secretKey(String key) {
        return matching(SECRET_KEY, "key in a secret", key, "letters, digits, -, _ and .");
    }

    /** A key in a secret whose value becomes a variable of that name. */
    static String variable(String key) {
        return matching(VARIABLE, "key in a secret", key, "what a variable of the environment may be called");
    }

    private static String matching(Pattern pattern, String what, String value, String allowed) {
        if (!pattern.matcher(value).matches()) {
            throw KubeboxException.invalid(what, '"' + plain(value) + '"', allowed);
        }
        return value;
    }

    /** Fit for a message: one line, not too long. */
    private static String plain(String value) {
        String line = value.replaceAll("\\p{Cntrl}", "?");
        return line.length() <= 80 ? line : line.substring(0, 80) + "...";
    }

    /** Besides that of the server. */
    static List<Integer> ports(List<Integer> ports) {
        if (ports.size() > MOST_PORTS || new HashSet<>(ports).size() < ports.size()) {
            throw KubeboxException.invalid("ports", ports.size() + " numbers", "at most " + MOST_PORTS + ", each once");
        }
        for (int port : ports) {
            if (port == API_PORT) {
                throw KubeboxException.invalid("ports", "one with 80, which is the sandbox's server's", "any other");
            }
            if (port < 1 || port > LAST_PORT) {
                throw KubeboxException.invalid("port", port, "1 to " + LAST_PORT);
            }
        }
        return List.copyOf(ports);
    }
}
