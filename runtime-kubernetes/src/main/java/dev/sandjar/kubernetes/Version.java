package dev.sandjar.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which Kubernetes it is.
 *
 * @param name as it calls itself, such as {@code v1.20.2}
 * @param minor such as 20; empty for a name of another form, of which nothing is assumed
 */
record Version(String name, OptionalInt minor) {
    private static final Pattern FORM = Pattern.compile("v1\\.([0-9]{1,4})\\..*");

    static Version of(KubernetesClient client) {
        return of(client.getKubernetesVersion().getGitVersion());
    }

    static Version of(String name) {
        Matcher form = FORM.matcher(name);
        return new Version(
                name, form.matches() ? OptionalInt.of(Integer.parseInt(form.group(1))) : OptionalInt.empty());
    }

    boolean isBefore(int other) {
        return minor.isPresent() && minor.getAsInt() < other;
    }
}
