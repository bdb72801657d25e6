package dev.sandjar.oci.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The control groups of this machine. */
public final class Cgroups {
    /** All sandboxes' groups are below this one. */
    public static final String PARENT = "/sandjar";

    private final List<Hierarchy> hierarchies;

    Cgroups(List<Hierarchy> hierarchies) {
        this.hierarchies = List.copyOf(hierarchies);
    }

    /** Looks where they are mounted. */
    public static Cgroups ofThisMachine() throws IOException {
        var found = new ArrayList<Hierarchy>();
        for (Hierarchy one : Hierarchy.parse(Files.readAllLines(Path.of("/proc/self/mountinfo")))) {
            boolean known = found.stream()
                    .anyMatch(other -> other.unified() == one.unified()
                            && other.controllers().equals(one.controllers()));
            if (!known) {
                found.add(one.unified() ? withControllers(one) : one);
            }
        }
        return new Cgroups(found);
    }

    private static Hierarchy withControllers(Hierarchy unified) throws IOException {
        Path offered = unified.mount().resolve("cgroup.controllers");
        Set<String> names =
                Files.exists(offered) ? Set.of(Files.readString(offered).strip().split("\\s+")) : Set.of();
        return new Hierarchy(unified.mount(), names, true);
    }

    /** The group of one sandbox, which may be there or not. */
    public SandboxCgroup of(String id) {
        return new SandboxCgroup(hierarchies, id);
    }

    /** The path of a sandbox's group, as {@code config.json} has it. */
    public static String path(String id) {
        return PARENT + "/" + id;
    }

    /** How they are mounted, in words. */
    public String version() {
        boolean unified = hierarchies.stream().anyMatch(Hierarchy::unified);
        boolean old = hierarchies.stream().anyMatch(one -> !one.unified());
        return unified && old ? "hybrid: version 1 limits" : unified ? "version 2" : old ? "version 1" : "not mounted";
    }

    /** Whether a limit of this kind can be set. */
    public boolean has(String controller) {
        return hierarchies.stream().anyMatch(one -> one.controllers().contains(controller));
    }

    /** Whether processes can be frozen; version 2 always can. */
    public boolean canFreeze() {
        return has("freezer") || hierarchies.stream().anyMatch(Hierarchy::unified);
    }

    /** Whether a limit on memory can include swap. */
    public boolean limitsSwap() {
        return hierarchies.stream()
                .filter(one -> one.controllers().contains("memory"))
                .anyMatch(one -> one.unified() || Files.exists(one.mount().resolve("memory.memsw.limit_in_bytes")));
    }

    /**
     * What the agent reads its sandbox's use from: names below {@code /run/sandjar/cgroup} (empty: that folder itself) to folders of this
     * machine, which are there once the OCI runtime has made them.
     */
    public Map<String, Path> readable(String id) {
        var folders = new LinkedHashMap<String, Path>();
        Optional<Hierarchy> unified = hierarchies.stream()
                .filter(one -> one.unified() && one.controllers().contains("memory"))
                .findFirst();
        if (unified.isPresent()) {
            folders.put("", unified.get().mount().resolve(path(id).substring(1)));
            return folders;
        }
        for (String name : List.of("memory", "cpu", "cpuacct", "pids")) {
            hierarchies.stream()
                    .filter(one -> one.controllers().contains(name))
                    .findFirst()
                    .ifPresent(one -> folders.put(name, one.mount().resolve(path(id).substring(1))));
        }
        return folders;
    }
}
