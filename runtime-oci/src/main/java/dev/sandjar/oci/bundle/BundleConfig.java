package dev.sandjar.oci.bundle;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.SandboxSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code config.json} of a sandbox (OCI runtime specification 1.0.2). Pure.
 *
 * @param spec what is wanted
 * @param user whom the agent and every command run as
 * @param ids the sandbox's user ids
 * @param root its root filesystem
 * @param link the folder in which the agent listens
 * @param agent the agent's binary
 * @param cgroupPath its control group
 * @param cgroupFolders what the agent sees of it
 */
public record BundleConfig(
        SandboxSpec spec,
        SandboxUser user,
        Ids ids,
        Path root,
        Path link,
        Path agent,
        String cgroupPath,
        Map<String, Path> cgroupFolders) {
    /** Memory of a sandbox whose spec names none. */
    public static final long DEFAULT_MEMORY = 512L << 20;
    /** Processes of a sandbox whose spec names none. */
    public static final int DEFAULT_PIDS = 256;
    /** Processors of a sandbox whose spec names none. */
    public static final double DEFAULT_CPU = 1;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PERIOD = 100_000;
    private static final List<String> MASKED = List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/proc/config.gz",
            "/proc/kallsyms");
    private static final List<String> READ_ONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    /** The file's text. */
    public String json() {
        ObjectNode config = JSON.createObjectNode();
        config.put("ociVersion", "1.0.2");
        config.set("process", process());
        config.putObject("root").put("path", root.toString());
        config.put("hostname", "sandbox");
        config.set("mounts", mounts());
        config.set("linux", linux());
        return config.toString();
    }

    private ObjectNode process() {
        ObjectNode process = JSON.createObjectNode();
        process.put("terminal", false);
        process.putObject("user").put("uid", user.uid()).put("gid", user.gid());
        strings(
                process.putArray("args"),
                List.of("/run/sandjar/agent", "--unix", "/run/sandjar/link/s", "--workspace", "/workspace"));
        var env = new LinkedHashMap<String, String>();
        env.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        env.put("HOME", "/home/sandbox");
        env.put("USER", "sandbox");
        env.put("LOGNAME", "sandbox");
        env.put("SHELL", "/bin/bash");
        env.put("LANG", "C.UTF-8");
        env.put("TERM", "xterm-256color");
        env.putAll(spec.env());
        env.forEach((name, value) -> process.withArray("env").add(name + "=" + value));
        process.put("cwd", "/");
        process.put("noNewPrivileges", true);
        ObjectNode capabilities = process.putObject("capabilities");
        for (String set : List.of("bounding", "effective", "inheritable", "permitted", "ambient")) {
            capabilities.putArray(set);
        }
        return process;
    }

    private ArrayNode mounts() {
        ArrayNode mounts = JSON.createArrayNode();
        mount(mounts, "/proc", "proc", "proc", "nosuid", "noexec", "nodev");
        mount(mounts, "/dev", "tmpfs", "tmpfs", "nosuid", "noexec", "strictatime", "mode=755", "size=1m");
        mount(mounts, "/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620");
        mount(mounts, "/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=64m");
        bind(mounts, "/usr", Path.of("/usr"), "ro", "nosuid", "nodev");
        for (String etc : List.of("/etc/ld.so.cache", "/etc/alternatives", "/etc/ssl/certs")) {
            if (Files.exists(Path.of(etc))) {
                bind(mounts, etc, Path.of(etc), "ro", "nosuid", "nodev", "noexec");
            }
        }
        bind(mounts, "/run/sandjar/agent", agent, "ro", "nosuid", "nodev");
        bind(mounts, "/run/sandjar/link", link, "nosuid", "nodev", "noexec");
        cgroupFolders.forEach((name, folder) -> bind(
                mounts,
                name.isEmpty() ? "/run/sandjar/cgroup" : "/run/sandjar/cgroup/" + name,
                folder,
                "ro",
                "nosuid",
                "nodev",
                "noexec"));
        return mounts;
    }

    private ObjectNode linux() {
        ObjectNode linux = JSON.createObjectNode();
        for (String map : List.of("uidMappings", "gidMappings")) {
            ObjectNode mapping = linux.putArray(map).addObject();
            mapping.put("containerID", 0).put("hostID", ids.first()).put("size", Ids.COUNT);
        }
        for (String type : List.of("user", "pid", "mount", "ipc", "uts", "network", "cgroup")) {
            linux.withArray("namespaces").addObject().put("type", type);
        }
        linux.put("cgroupsPath", cgroupPath);
        ObjectNode resources = linux.putObject("resources");
        ObjectNode device = resources.putArray("devices").addObject();
        device.put("allow", false).put("access", "rwm");
        resources.putObject("memory").put("limit", spec.memory().orElse(DEFAULT_MEMORY));
        resources.putObject("pids").put("limit", spec.pids().orElse(DEFAULT_PIDS));
        ObjectNode cpu = resources.putObject("cpu");
        cpu.put("period", PERIOD).put("quota", Math.max(1_000, (long)
                (spec.cpu().orElse(DEFAULT_CPU) * PERIOD)));
        strings(linux.putArray("maskedPaths"), MASKED);
        strings(linux.putArray("readonlyPaths"), READ_ONLY);
        linux.set("seccomp", Seccomp.profile(JSON));
        return linux;
    }

    private static void bind(ArrayNode mounts, String to, Path from, String... options) {
        ObjectNode mount = mounts.addObject();
        mount.put("destination", to).put("type", "bind").put("source", from.toString());
        ArrayNode all = mount.putArray("options").add("bind");
        strings(all, List.of(options));
    }

    private static void mount(ArrayNode mounts, String to, String type, String source, String... options) {
        ObjectNode mount = mounts.addObject();
        mount.put("destination", to).put("type", type).put("source", source);
        strings(mount.putArray("options"), List.of(options));
    }

    private static void strings(ArrayNode to, List<String> values) {
        values.forEach(to::add);
    }
}
