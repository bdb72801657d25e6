package dev.sandjar.oci.machine;

import dev.sandjar.Finding;
import dev.sandjar.Finding.Level;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What a machine is asked about itself. The same answers are printed by {@code doctor} and carried by sandboxes as their weaknesses. */
public final class Checks {
    private static final Check ADMINISTRATOR = new Check(
            "administrator",
            Level.BROKEN,
            Machine::root,
            "running as root",
            "not running as root, so namespaces and limits cannot be set up",
            "run it as root, such as with sudo");

    private static final List<Check> ALL = List.of(
            ADMINISTRATOR,
            new Check(
                    "user-namespaces",
                    Level.BROKEN,
                    Machine::userNamespaces,
                    "each sandbox has users of its own; its root is nobody here",
                    "the kernel has no user namespaces",
                    "sysctl user.max_user_namespaces=15000"),
            new Check(
                    "seccomp",
                    Level.BROKEN,
                    Machine::seccomp,
                    "system calls are filtered",
                    "the kernel cannot filter system calls",
                    "use a kernel with CONFIG_SECCOMP_FILTER"),
            new Check(
                    "memory-limits",
                    Level.WEAK,
                    machine -> machine.cgroups().has("memory"),
                    "memory limits are enforced",
                    "a sandbox can use all memory of this machine",
                    "enable the memory control group, such as with cgroup_enable=memory on the kernel's command line"),
            new Check(
                    "swap-limits",
                    Level.WEAK,
                    machine -> machine.cgroups().limitsSwap(),
                    "memory limits include swap",
                    "a sandbox above its memory limit can go on into swap",
                    "swapoff -a, or swapaccount=1 on the kernel's command line"),
            new Check(
                    "cpu-limits",
                    Level.WEAK,
                    machine -> machine.cgroups().has("cpu"),
                    "processor limits are enforced",
                    "a sandbox can use all processors of this machine",
                    "enable the cpu control group"),
            new Check(
                    "process-limits",
                    Level.WEAK,
                    machine -> machine.cgroups().has("pids"),
                    "process limits are enforced",
                    "a sandbox can start processes until this machine has no more",
                    "enable the pids control group"),
            new Check(
                    "own-inodes",
                    Level.WEAK,
                    machine -> machine.stacking() || machine.gvisor(),
                    "a sandbox of image host is alone with the files that it watches and locks",
                    "a sandbox of image host can see which programs of this machine are run, and lock their files",
                    "modprobe overlay, and Linux 5.11 or later"),
            new Check(
                    "limits-strike-processes",
                    Level.WEAK,
                    machine -> !machine.gvisor(),
                    "above a limit only the process ends that exceeds it",
                    "a sandbox above its memory or process limit ends as a whole",
                    "that is so with gVisor; use runc or crun if it matters more than a kernel of its own"));

    // Sandboxes are as safe without these; only something cannot be asked for
    private static final List<Check> EXTRAS = List.of(
            new Check(
                    "freezer",
                    Level.WEAK,
                    machine -> machine.cgroups().canFreeze(),
                    "sandboxes can be paused",
                    "sandboxes cannot be paused",
                    "enable the freezer control group"),
            new Check(
                    "disk-limits",
                    Level.WEAK,
                    Machine::disks,
                    "disk limits are enforced for sandboxes that name one; any other can fill this machine's disk",
                    "disk limits cannot be asked for, so a sandbox can fill this machine's disk",
                    "apt-get install e2fsprogs, and modprobe loop"),
            new Check(
                    "overlay",
                    Level.WEAK,
                    Machine::overlay,
                    "images of registries can be used",
                    "no image but host can be used",
                    "modprobe overlay"));

    private static final String NO_DISK_LIMIT = "it has no limit on disk, so it can fill this machine's";

    private Checks() {}

    /** Whether we may do what the rest takes. */
    public static Finding administrator(Machine machine) {
        return ADMINISTRATOR.ask(machine);
    }

    /** Everything that can be told without trying it out. */
    public static List<Finding> of(Machine machine) {
        return Stream.concat(ALL.stream(), EXTRAS.stream())
                .map(check -> check.ask(machine))
                .toList();
    }

    /**
     * What sandboxes of this machine have to say about themselves.
     *
     * @param disk whether they have a limit on files
     */
    public static List<String> weaknesses(Machine machine, boolean disk) {
        var weak = ALL.stream()
                .map(check -> check.ask(machine))
                .filter(finding -> finding.level() != Level.GOOD)
                .map(Finding::seen);
        return Stream.concat(weak, disk ? Stream.of() : Stream.of(NO_DISK_LIMIT))
                .toList();
    }

    /**
     * One question.
     *
     * @param code stable name
     * @param otherwise how bad it is when the answer is no
     * @param holds the question
     * @param good what a yes means
     * @param bad what a no means
     * @param remedy what to do then
     */
    private record Check(
            String code, Level otherwise, Predicate<Machine> holds, String good, String bad, String remedy) {
        Finding ask(Machine machine) {
            return holds.test(machine)
                    ? new Finding(code, Level.GOOD, good, "")
                    : new Finding(code, otherwise, bad, remedy);
        }
    }
}
