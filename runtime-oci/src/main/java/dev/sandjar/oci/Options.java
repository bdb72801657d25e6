package dev.sandjar.oci;

import dev.sandjar.SandboxException;
import dev.sandjar.oci.image.Aliases;
import dev.sandjar.oci.image.Registries;
import dev.sandjar.oci.machine.OciTool;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How a runtime on this machine is opened. Names in the environment stand where an option is not given.
 *
 * @param home where everything is kept: {@code home}, {@code SANDJAR_HOME}, else {@code /var/lib/sandjar}
 * @param registries where images come from: {@code registries}, {@code SANDJAR_REGISTRIES}, such as {@code docker.io,ghcr.io}, else any; and instead
 *     of Docker Hub {@code mirror}, {@code SANDJAR_MIRROR}, such as {@code http://127.0.0.1:5000}
 * @param aliases which image stands for which: {@code aliases}, {@code SANDJAR_ALIASES}, such as {@code python:3.11=host,node:20=host}
 * @param ociRuntime which OCI runtime is used: {@code oci-runtime}, {@code SANDJAR_OCI_RUNTIME}, such as {@code runsc}, else the fastest that works
 * @param limits how long work may take: {@code limits.pull}, {@code limits.cleanup}, {@code limits.doctor}, {@code SANDJAR_LIMITS_PULL} and so on
 */
record Options(Path home, Registries registries, Aliases aliases, Optional<String> ociRuntime, WorkLimits limits) {
    private static final Set<String> NAMES = Set.of("home", "mirror", "registries", "aliases", "oci-runtime");

    static Options read(Map<String, String> given, Map<String, String> environment) {
        var unknown = new TreeSet<>(given.keySet());
        unknown.removeAll(NAMES);
        unknown.removeAll(WorkLimits.NAMES);
        if (!unknown.isEmpty()) {
            var known = new TreeSet<>(NAMES);
            known.addAll(WorkLimits.NAMES);
            throw SandboxException.invalid("option of local:", unknown.first(), String.join(", ", known));
        }
        String home = value("home", given, environment).orElse("/var/lib/sandjar");
        return new Options(
                Path.of(home).toAbsolutePath().normalize(),
                Registries.parse(
                        value("mirror", given, environment).orElse(""),
                        value("registries", given, environment).orElse("")),
                Aliases.parse(value("aliases", given, environment).orElse("")),
                value("oci-runtime", given, environment),
                WorkLimits.read(given, environment));
    }

    Options {
        if (ociRuntime.isPresent() && !OciTool.KNOWN.contains(ociRuntime.get())) {
            throw SandboxException.invalid("oci-runtime", ociRuntime.get(), String.join(", ", OciTool.KNOWN));
        }
    }

    /** With everything as it is when nothing is said. */
    static Options in(Path home) {
        return new Options(home, Registries.ANY, Aliases.NONE, Optional.empty(), WorkLimits.DEFAULT);
    }

    private static Optional<String> value(String name, Map<String, String> given, Map<String, String> environment) {
        return Optional.ofNullable(given.get(name))
                .or(() -> Optional.ofNullable(environment.get(
                        "SANDJAR_" + name.toUpperCase(Locale.ROOT).replace('-', '_'))))
                .filter(text -> !text.isBlank());
    }
}
