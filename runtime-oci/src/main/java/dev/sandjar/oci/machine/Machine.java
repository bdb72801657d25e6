package dev.sandjar.oci.machine;

import dev.sandjar.ErrorCode;
import dev.sandjar.Finding;
import dev.sandjar.SandboxException;
import dev.sandjar.oci.cgroup.Cgroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** This machine: which OCI runtime works on it, and what it can enforce. */
public final class Machine {
    private static final List<String> RUNTIMES = List.of("crun", "runc", "runsc"); // the quickest first

    private final Cgroup.Version cgroups;
    private final Optional<Path> runtime;
    private final boolean root;

    private Machine(Cgroup.Version cgroups, Optional<Path> runtime, boolean root) {
        this.cgroups = cgroups;
        this.runtime = runtime;
        this.root = root;
    }

    /** Looks; takes no longer than reading a few files. */
    public static Machine look() {
        Cgroup.Version cgroups = Cgroup.version();
        return new Machine(
                cgroups,
                RUNTIMES.stream()
                        .flatMap(name -> onPath(name).stream())
                        .filter(found -> fits(found, cgroups))
                        .findFirst(),
                isRoot());
    }

    public Cgroup.Version cgroups() {
        return cgroups;
    }

    /** The OCI runtime to use; refuses with the command that helps. */
    public Path runtime() {
        if (!root) {
            throw new SandboxException(
                    ErrorCode.NOT_SUPPORTED, "sandboxes on this machine need root", "run it with sudo", null);
        }
        return runtime.orElseThrow(() -> new SandboxException(
                ErrorCode.NOT_SUPPORTED,
                "no OCI runtime works here: crun, runc and runsc were looked for",
                "run: apt-get install runc",
                null));
    }

    /** What it cannot enforce, in words, for the description of every sandbox. */
    public List<String> weaknesses() {
        return findings().stream()
                .filter(finding -> finding.level() == Finding.Level.WEAK)
                .map(Finding::seen)
                .toList();
    }

    public List<Finding> findings() {
        var findings = new ArrayList<Finding>();
        findings.add(
                root
                        ? good("root", "runs as root, which namespaces and limits need")
                        : broken("root", "does not run as root", "run it with sudo"));
        findings.add(runtime.map(path -> good("oci-runtime", "uses " + path.getFileName()))
                .orElseGet(() -> broken("oci-runtime", "no OCI runtime works here", "run: apt-get install runc")));
        findings.add(
                switch (cgroups) {
                    case V1 -> good("cgroups", "memory, processor and process limits are enforced (cgroup v1)");
                    case V2 -> good("cgroups", "memory, processor and process limits are enforced (cgroup v2)");
                    case NONE ->
                        broken("cgroups", "no control groups for memory, cpu, pids", "mount cgroup2 at /sys/fs/cgroup");
                });
        findings.add(
                Files.exists(Path.of("/proc/self/ns/user"))
                        ? good("user-namespaces", "each sandbox has user ids of its own; its root is nobody outside")
                        : broken("user-namespaces", "the kernel has no user namespaces", "use another kernel"));
        findings.add(new Finding(
                "disk-limits",
                Finding.Level.WEAK,
                "a sandbox can fill the disk of this machine: disk limits are not enforced here",
                "keep SANDJAR_HOME on a filesystem of its own"));
        return findings;
    }

    private static Finding good(String code, String seen) {
        return new Finding(code, Finding.Level.GOOD, seen, "");
    }

    private static Finding broken(String code, String seen, String remedy) {
        return new Finding(code, Finding.Level.BROKEN, seen, remedy);
    }

    /** crun before 1.9 refuses machines whose controllers are v1 beside a v2 hierarchy. */
    private static boolean fits(Path runtime, Cgroup.Version cgroups) {
        return !runtime.endsWith("crun") || cgroups == Cgroup.Version.V2;
    }

    private static Optional<Path> onPath(String name) {
        String path = System.getenv().getOrDefault("PATH", "/usr/sbin:/usr/bin:/sbin:/bin") + ":/usr/sbin:/sbin";
        for (String folder : path.split(":")) {
            Path file = Path.of(folder, name);
            if (!folder.isEmpty() && Files.isExecutable(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    private static boolean isRoot() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
