package dev.sandjar.oci.bundle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A sandbox as an OCI runtime is to make it.
 *
 * @param rootfs absolute path of its root filesystem on this machine
 * @param argv the agent and its arguments
 * @param env {@code NAME=value}
 * @param cwd where the agent starts
 * @param user whom it runs as, inside
 * @param users whose {@link #IDS} users it has; an OCI runtime with a kernel of its own makes its own of the same
 * @param cgroup the path of its control group
 * @param limits what it may use
 * @param enforceable what of that this machine can enforce
 * @param devices what is at {@code /dev}
 * @param mounts beyond those that every sandbox has
 */
public record Bundle(
        String rootfs,
        List<String> argv,
        List<String> env,
        String cwd,
        User user,
        Users users,
        String cgroup,
        Limits limits,
        Limits.Enforceable enforceable,
        Mount devices,
        List<Mount> mounts) {
    /** Users and groups of one sandbox. */
    public static final int IDS = 65_536;

    private static final Map<String, Object> SECCOMP = Seccomp.profile();

    private static final List<Mount> ALWAYS = List.of(
            new Mount("/proc", "proc", "proc", List.of("nosuid", "noexec", "nodev")),
            new Mount(
                    "/dev/pts",
                    "devpts",
                    "devpts",
                    // the machine has 4 096 for all: without a bound one sandbox takes them
                    List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5", "max=64")),
            new Mount("/dev/shm", "tmpfs", "shm", List.of("nosuid", "noexec", "nodev", "mode=1777", "size=64m")),
            new Mount("/sys", "sysfs", "sysfs", List.of("nosuid", "noexec", "nodev", "ro")),
            new Mount("/run", "tmpfs", "tmpfs", List.of("nosuid", "nodev", "mode=755", "size=16m")));

    // what tells about the machine or its other users
    private static final List<String> MASKED = List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/cmdline",
            "/proc/config.gz",
            "/proc/diskstats",
            "/proc/fs", // filesystems by their disks, those of other sandboxes among them
            "/proc/interrupts",
            "/proc/iomem",
            "/proc/ioports",
            "/proc/kallsyms",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/sys/block", // names the disks of other sandboxes
            "/sys/class/bdi",
            "/sys/class/block",
            "/sys/dev/block",
            "/sys/devices/virtual/bdi",
            "/sys/devices/virtual/block",
            "/proc/partitions",
            "/proc/sched_debug",
            "/proc/schedstat",
            "/proc/scsi",
            "/proc/swaps",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/sys/devices/virtual/powercap",
            "/sys/firmware",
            "/sys/fs"); // as /proc/fs; how much is written to each of them, too
    private static final List<String> READ_ONLY = List.of("/proc/bus", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    /**
     * Whom a sandbox's processes run as.
     *
     * @param uid 0 to 65535
     * @param gid 0 to 65535
     * @param name as in its passwd
     * @param home where its files are
     * @param shell which shell it is used to
     */
    public record User(int uid, int gid, String name, String home, String shell) {}

    /**
     * Whose users a sandbox has.
     *
     * @param first what user and group 0 inside are outside
     * @param namespace where their namespace is; to be made when empty
     */
    public record Users(long first, Optional<String> namespace) {}

    /** The {@code config.json}. */
    public byte[] json() {
        var config = new LinkedHashMap<String, Object>();
        config.put("ociVersion", "1.0.2");
        config.put("process", process());
        config.put("root", Map.of("path", rootfs, "readonly", false));
        config.put("hostname", "sandbox");
        var all = new ArrayList<Object>();
        all.add(devices.json()); // before what is mounted below it
        ALWAYS.forEach(one -> all.add(one.json()));
        mounts.forEach(one -> all.add(one.json()));
        config.put("mounts", all);
        config.put("linux", linux());
        return Json.write(config);
    }

    private Map<String, Object> process() {
        var none = List.of();
        return Map.of(
                "terminal",
                false,
                "user",
                Map.of("uid", user.uid(), "gid", user.gid(), "umask", 0_022),
                "args",
                argv,
                "env",
                env,
                "cwd",
                cwd,
                "capabilities",
                Map.of("bounding", none, "effective", none, "inheritable", none, "permitted", none, "ambient", none),
                "noNewPrivileges",
                true);
    }

    private Map<String, Object> linux() {
        var namespaces = new ArrayList<Object>();
        for (String kind : List.of("pid", "mount", "ipc", "uts", "network")) {
            namespaces.add(Map.of("type", kind));
        }
        namespaces.add(users.namespace()
                .map(path -> Map.of("type", "user", "path", path))
                .orElse(Map.of("type", "user")));
        if (enforceable.namespace()) {
            namespaces.add(Map.of("type", "cgroup"));
        }
        var ids = List.of(Map.of("containerID", 0, "hostID", users.first(), "size", IDS));
        var linux = new LinkedHashMap<String, Object>();
        linux.put("namespaces", namespaces);
        linux.put("uidMappings", ids);
        linux.put("gidMappings", ids);
        linux.put("cgroupsPath", cgroup);
        linux.put("resources", limits.json(enforceable));
        linux.put("seccomp", SECCOMP);
        linux.put("maskedPaths", MASKED);
        linux.put("readonlyPaths", READ_ONLY);
        return linux;
    }
}
