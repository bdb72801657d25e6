package dev.sandjar.oci.cgroup;

import dev.sandjar.oci.kernel.Pidfd;
import dev.sandjar.oci.kernel.ProcessIdentity;
import dev.sandjar.runtime.Deadline;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** The control groups of one sandbox: one folder in each hierarchy. */
public final class SandboxCgroup {
    private static final Duration RECHECK = Duration.ofMillis(1);

    private final List<Hierarchy> hierarchies;
    private final String id;

    SandboxCgroup(List<Hierarchy> hierarchies, String id) {
        this.hierarchies = hierarchies;
        this.id = id;
    }

    /** Every process in it, as this machine numbers them; none when it is not there. */
    public Set<Integer> processes() throws IOException {
        var pids = new LinkedHashSet<Integer>();
        for (Hierarchy one : hierarchies) {
            try {
                Files.readAllLines(folder(one).resolve("cgroup.procs")).stream()
                        .map(Integer::valueOf)
                        .filter(pid -> pid != 0) // of another pid namespace
                        .forEach(pids::add);
            } catch (IOException e) {
                if (Files.exists(folder(one))) { // else it never was, or went while it was read
                    throw e;
                }
            }
        }
        return pids;
    }

    /** The one that was there before all others, which need not have the lowest number: numbers begin anew. */
    public Optional<ProcessIdentity> eldest() throws IOException {
        return processes().stream()
                .flatMap(pid -> ProcessIdentity.of(pid).stream())
                .min(Comparator.comparingLong(ProcessIdentity::start));
    }

    /** Whether its processes are stopped. */
    public boolean frozen() throws IOException {
        Optional<Path> old = old("freezer");
        if (old.isPresent()) {
            return read(old.get().resolve("freezer.state")).equals("FROZEN");
        }
        Optional<Path> unified = unified();
        return unified.isPresent()
                && read(unified.get().resolve("cgroup.events")).contains("frozen 1");
    }

    /** Whether the kernel has killed a process in it because its memory was used up. */
    public boolean ranOutOfMemory() throws IOException {
        Optional<Path> old = old("memory");
        Optional<Path> file = old.isPresent()
                ? old.map(folder -> folder.resolve("memory.oom_control"))
                : unified().map(folder -> folder.resolve("memory.events"));
        return file.isPresent() && read(file.get()).lines().anyMatch(line -> line.matches("oom_kill [1-9][0-9]*"));
    }

    /**
     * Bounds what its sockets may hold. Version 2 counts that as memory; version 1 does not, and OCI runtimes no longer pass such a limit on. Counts
     * for sockets that are made from now on.
     */
    public void limitSockets(long bytes) throws IOException {
        Optional<Path> file = old("memory")
                .map(folder -> folder.resolve("memory.kmem.tcp.limit_in_bytes"))
                .filter(Files::exists); // kernels may be built without it
        if (file.isPresent()) {
            Files.writeString(file.get(), Long.toString(bytes));
        }
    }

    /** Stops its processes, or lets them go on, and returns when the kernel says that it is so. */
    public void freeze(boolean stop, Deadline deadline) throws IOException, InterruptedException {
        boolean done = false;
        try {
            awaitFrozen(stop, deadline);
            done = true;
        } finally {
            if (stop && !done) {
                ask(false); // half frozen it would neither run nor be one that can be thawed
            }
        }
    }

    private void awaitFrozen(boolean stop, Deadline deadline) throws IOException, InterruptedException {
        ask(stop);
        // The kernel answers within microseconds unless a process sits in a disk read; there is no event for version 1.
        while (frozen() != stop) {
            deadline.check(stop ? "freezing the sandbox" : "thawing the sandbox");
            pause();
            ask(stop); // version 1: a process that was just being made can leave it at FREEZING until asked again
        }
    }

    private void ask(boolean stop) throws IOException {
        Optional<Path> old = old("freezer");
        Path file = old.isPresent()
                ? old.get().resolve("freezer.state")
                : unified().orElseThrow(() -> new IOException("no freezer")).resolve("cgroup.freeze");
        Files.writeString(file, old.isPresent() ? (stop ? "FROZEN" : "THAWED") : (stop ? "1" : "0"));
    }

    /**
     * Kills every process in it, frozen ones too, and returns when the last one is gone. All are told before any is waited for: one that is traced ends
     * only when its tracer lets it, or ends too.
     */
    public void kill(Deadline deadline) throws IOException, InterruptedException {
        for (Set<Integer> pids = processes(); !pids.isEmpty(); pids = processes()) {
            deadline.check("ending the sandbox's processes");
            for (int pid : pids) {
                kill(pid);
            }
            thaw();
            pause();
        }
    }

    private static void kill(int pid) throws IOException {
        Optional<ProcessIdentity> process = ProcessIdentity.of(pid);
        Optional<Pidfd> held = process.isPresent() ? Pidfd.open(process.get()) : Optional.empty();
        if (held.isPresent()) {
            try (Pidfd one = held.get()) {
                one.kill();
            }
        }
    }

    /** So that a process that was told to end can; does nothing where there is nothing to thaw. */
    public void thaw() throws IOException {
        try {
            ask(false);
        } catch (IOException e) {
            Optional<Path> freezer = old("freezer").or(this::unified);
            if (freezer.isPresent() && Files.exists(freezer.get())) {
                throw e;
            }
        }
    }

    /** Removes it; its processes must have ended. */
    public void remove(Deadline deadline) throws IOException, InterruptedException {
        for (Hierarchy one : hierarchies) {
            remove(folder(one), deadline);
        }
    }

    private static void remove(Path folder, Deadline deadline) throws IOException, InterruptedException {
        while (true) {
            try {
                Files.deleteIfExists(folder);
                return;
            } catch (FileSystemException busy) { // what has ended still counts until its last reference is gone
                deadline.check("removing the sandbox's control group");
                pause();
            }
        }
    }

    private static void pause() throws InterruptedException {
        LockSupport.parkNanos(RECHECK.toNanos());
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private static String read(Path file) throws IOException {
        try {
            return Files.readString(file).strip();
        } catch (NoSuchFileException gone) {
            return "";
        }
    }

    private Optional<Path> old(String controller) {
        return hierarchies.stream()
                .filter(one -> one.controllers().contains(controller))
                .filter(one -> !one.unified())
                .findFirst()
                .map(this::folder);
    }

    private Optional<Path> unified() {
        return hierarchies.stream().filter(Hierarchy::unified).findFirst().map(this::folder);
    }

    private Path folder(Hierarchy hierarchy) {
        return hierarchy.mount().resolve(Cgroups.path(id).substring(1));
    }
}
