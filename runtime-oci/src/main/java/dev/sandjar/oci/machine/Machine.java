package dev.sandjar.oci.machine;

import dev.sandjar.oci.bundle.Limits;
import dev.sandjar.oci.cgroup.Cgroups;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * This machine, as far as sandboxes care.
 *
 * @param root whether we are its administrator
 * @param boot the id of this boot
 * @param kernel its kernel's release
 * @param cgroups its control groups
 * @param tools the OCI runtimes on the PATH
 * @param userNamespaces whether they can be made
 * @param seccomp whether system calls can be filtered
 * @param overlay whether filesystems can be stacked
 * @param disks whether a file can serve as a disk
 * @param openFiles how many files one process of ours may have open
 */
public record Machine(
        boolean root,
        String boot,
        String kernel,
        Cgroups cgroups,
        List<OciTool> tools,
        boolean userNamespaces,
        boolean seccomp,
        boolean overlay,
        boolean disks,
        long openFiles) {
    // more is of no use, and makes programs slow that close all of them; and what some sockets hold of the kernel's
    // memory
    // is bounded by nothing but their number
    private static final long MOST_FILES = 16_384;

    private static final Pattern RELEASE = Pattern.compile("(\\d{1,4})\\.(\\d{1,3}).*");
    private static final int STACKING = 5_011;

    private static final int GVISOR_THREADS = 1_024;

    /** Looks at it. */
    public static Machine look(Map<String, String> environment) {
        try {
            return new Machine(
                    System.getProperty("user.name").equals("root") || canWriteAnywhere(),
                    read("/proc/sys/kernel/random/boot_id"),
                    read("/proc/sys/kernel/osrelease"),
                    Cgroups.ofThisMachine(),
                    OciTool.onPath(environment),
                    Files.exists(Path.of("/proc/self/ns/user"))
                            && !read("/proc/sys/user/max_user_namespaces").equals("0"),
                    read("/proc/self/status").contains("Seccomp:"),
                    read("/proc/filesystems").contains("overlay"),
                    DiskTools.present(environment),
                    openFileLimit());
        } catch (IOException e) {
            throw new UncheckedIOException("this is no Linux machine with /proc", e);
        }
    }

    /** The same with one OCI runtime, if it is there. */
    public Machine only(String tool) {
        var one = tools.stream().filter(known -> known.name().equals(tool)).toList();
        return new Machine(root, boot, kernel, cgroups, one, userNamespaces, seccomp, overlay, disks, openFiles);
    }

    private static boolean canWriteAnywhere() throws IOException {
        return read("/proc/self/status").lines().anyMatch(line -> line.matches("Uid:\\s+\\d+\\s+0\\s.*"));
    }

    private static long openFileLimit() throws IOException {
        String hard = read("/proc/self/limits")
                .lines()
                .filter(line -> line.startsWith("Max open files"))
                .map(line -> line.split("\\s+")[4])
                .findFirst()
                .orElse("1024");
        return hard.equals("unlimited") ? MOST_FILES : Math.min(MOST_FILES, Long.parseLong(hard));
    }

    private static String read(String file) throws IOException {
        return Files.exists(Path.of(file)) ? Files.readString(Path.of(file)).strip() : "";
    }

    /** Which limits are enforced. */
    public Limits.Enforceable enforceable() {
        return new Limits.Enforceable(
                cgroups.has("memory"),
                cgroups.limitsSwap(),
                cgroups.has("cpu"),
                cgroups.has("pids"),
                Files.exists(Path.of("/proc/self/ns/cgroup")),
                gvisor() ? GVISOR_THREADS : 0);
    }

    /** Whether the root of a sandbox can mount an overlay, as Linux has it since 5.11. */
    public boolean stacking() {
        var release = RELEASE.matcher(kernel);
        return overlay
                && release.matches()
                && Integer.parseInt(release.group(1)) * 1_000 + Integer.parseInt(release.group(2)) >= STACKING;
    }

    /** Whether sandboxes get a kernel of their own, which then is what this machine's limits strike. */
    public boolean gvisor() {
        return !tools.isEmpty() && tools.stream().allMatch(OciTool::gvisor);
    }
}
