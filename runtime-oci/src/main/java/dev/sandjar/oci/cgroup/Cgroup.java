package dev.sandjar.oci.cgroup;

import dev.sandjar.SandboxId;
import dev.sandjar.runtime.Deadline;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** One sandbox's control groups, in every hierarchy of this machine. */
public final class Cgroup {
    private static final Path MOUNTS = Path.of("/sys/fs/cgroup");
    private static final String PARENT = "sandjar";

    /** How this machine arranges its controllers. */
    public enum Version {
        V1,
        V2,
        NONE
    }

    private final Version version;
    private final String id;

    public Cgroup(Version version, SandboxId id) {
        this.version = version;
        this.id = id.toString();
    }

    public static Version version() {
        if (Files.exists(MOUNTS.resolve("cgroup.controllers"))) {
            return Version.V2;
        }
        return Files.isDirectory(MOUNTS.resolve("pids")) && Files.isDirectory(MOUNTS.resolve("memory"))
                ? Version.V1
                : Version.NONE;
    }

    /** What {@code config.json} calls it. */
    public String path() {
        return "/" + PARENT + "/" + id;
    }

    /** Folders to show to the agent, read-only, so that it can tell what the sandbox uses: names to folders. */
    public Map<String, Path> visible() throws IOException {
        var folders = new LinkedHashMap<String, Path>();
        if (version == Version.V2) {
            folders.put("", folder(""));
        } else {
            for (String controller : List.of("memory", "cpuacct", "pids")) {
                folders.put(controller, folder(controller));
            }
        }
        for (Path folder : folders.values()) {
            Files.createDirectories(folder);
        }
        return folders;
    }

    /** Whether any process is in it: the kernel's own answer to whether the sandbox lives. */
    public boolean populated() {
        try {
            return !Files.readString(folder("pids").resolve("cgroup.procs")).isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    public boolean frozen() {
        try {
            return version == Version.V2
                    ? Files.readString(folder("").resolve("cgroup.events")).contains("frozen 1")
                    : Files.readString(folder("freezer").resolve("freezer.state"))
                            .startsWith("FROZEN");
        } catch (IOException e) {
            return false;
        }
    }

    /** Returns when every process in it stands still, or none does. */
    public void freeze(boolean frozen, Deadline deadline) throws IOException, InterruptedException {
        Path file = version == Version.V2
                ? folder("").resolve("cgroup.freeze")
                : folder("freezer").resolve("freezer.state");
        String wanted = version == Version.V2 ? (frozen ? "1" : "0") : (frozen ? "FROZEN" : "THAWED");
        Files.writeString(file, wanted);
        while (frozen() != frozen) { // the kernel has no event for it in v1; it takes microseconds
            deadline.check("freezing the sandbox");
            LockSupport.parkNanos(100_000);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /** Whether any process was killed for want of memory. */
    public boolean ranOutOfMemory() {
        try {
            String text = version == Version.V2
                    ? Files.readString(folder("").resolve("memory.events"))
                    : Files.readString(folder("memory").resolve("memory.oom_control"));
            return text.lines().anyMatch(line -> line.startsWith("oom_kill ") && !line.equals("oom_kill 0"));
        } catch (IOException e) {
            return false;
        }
    }

    /** Removes what is left of it in every hierarchy; it must be empty. */
    public void remove() throws IOException {
        for (Path folder : everywhere()) {
            try {
                Files.deleteIfExists(folder);
            } catch (NoSuchFileException gone) {
                // as wanted
            }
        }
    }

    private List<Path> everywhere() throws IOException {
        if (version == Version.V2) {
            return List.of(folder(""));
        }
        var folders = new ArrayList<Path>();
        try (DirectoryStream<Path> hierarchies = Files.newDirectoryStream(MOUNTS)) {
            for (Path hierarchy : hierarchies) {
                Path folder = hierarchy.resolve(PARENT).resolve(id);
                if (Files.isDirectory(folder)) {
                    folders.add(folder);
                }
            }
        }
        return folders;
    }

    private Path folder(String controller) {
        Path hierarchy = version == Version.V2 ? MOUNTS : MOUNTS.resolve(controller);
        return hierarchy.resolve(PARENT).resolve(id);
    }
}
