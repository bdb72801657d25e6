package dev.sandjar.oci;

import dev.sandjar.SandboxId;
import dev.sandjar.oci.cgroup.SandboxCgroup;
import dev.sandjar.oci.image.Trees;
import dev.sandjar.oci.kernel.HeldLock;
import dev.sandjar.oci.kernel.Mounts;
import dev.sandjar.oci.kernel.Pidfd;
import dev.sandjar.oci.kernel.ProcessIdentity;
import dev.sandjar.oci.machine.Machine;
import dev.sandjar.runtime.Deadline;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a sandbox goes, in whatever state it is: running, frozen, dead, or half made by a process that was killed. Each step succeeds when there is
 * nothing to do, so the whole may be stopped anywhere and begun again by anybody who holds the sandbox's lock.
 */
final class Removal {
    private static final String DOING = "removing the sandbox";

    private final Home home;
    private final Machine machine;

    Removal(Home home, Machine machine) {
        this.home = home;
        this.machine = machine;
    }

    /** Waits for whoever is making or removing it, then removes what is there. */
    void destroy(SandboxId id, Deadline deadline) throws IOException, InterruptedException {
        SandboxFolder folder = home.sandbox(id);
        if (!folder.exists()) {
            return;
        }
        if (!folder.isPlaced()) {
            home.locked(deadline, () -> true); // whoever was just making the folder has its lock now
        }
        try (var _ = HeldLock.take(folder.lock(), deadline, "waiting for another " + DOING)) {
            remove(folder, deadline);
        } catch (NoSuchFileException noLock) { // gone meanwhile, or down to what is removed last
            removeLeftover(folder, deadline);
        }
    }

    /** Removes what a crash has left of it, unless somebody is at work on it. */
    void removeLeftover(SandboxFolder folder, Deadline deadline) throws IOException, InterruptedException {
        Optional<HeldLock> free = home.locked(deadline, () -> {
            try {
                return folder.isPlaced() ? Optional.empty() : HeldLock.tryTake(folder.lock());
            } catch (NoSuchFileException noLock) { // removed by hand, or we were killed in our last step
                return folder.exists() ? HeldLock.tryMake(folder.lock()) : Optional.empty();
            }
        });
        if (free.isPresent()) {
            try (HeldLock _ = free.get()) {
                remove(folder, deadline);
            }
        }
    }

    /** The caller holds the sandbox's lock. */
    void remove(SandboxFolder folder, Deadline deadline) throws IOException, InterruptedException {
        if (!folder.exists()) {
            return;
        }
        Optional<PlacementFile> placement = folder.placement();
        folder.forgetPlacement();
        SandboxCgroup cgroup = machine.cgroups().of(folder.id().toString());
        if (placement.isPresent()) {
            end(placement.get(), cgroup, deadline);
        } else {
            for (ProcessIdentity starter : Starters.of(folder)) {
                end(starter, deadline, Pidfd::kill);
            }
        }
        cgroup.kill(deadline);
        cgroup.remove(deadline);
        for (Path mounted : Mounts.below(folder.path())) {
            Mounts.detach(mounted);
        }
        deleteFiles(folder, deadline);
    }

    /** The agent is process 1 of its namespace: with it go all others. */
    private void end(PlacementFile placement, SandboxCgroup cgroup, Deadline deadline)
            throws IOException, InterruptedException {
        Optional<ProcessIdentity> agent = placement.agentIn(machine.boot());
        if (agent.isPresent()) {
            end(agent.get(), deadline, held -> {
                held.kill();
                cgroup.thaw();
            });
        }
        Optional<ProcessIdentity> starter = placement.starterIn(machine.boot());
        if (starter.isPresent()) {
            end(starter.get(), deadline, _ -> {}); // it has nothing left to do but to end
        }
    }

    /** What makes a process end. */
    private interface Ending {
        void begin(Pidfd process) throws IOException;
    }

    private static void end(ProcessIdentity process, Deadline deadline, Ending ending)
            throws IOException, InterruptedException {
        Optional<Pidfd> held = Pidfd.open(process);
        if (held.isPresent()) {
            try (Pidfd one = held.get()) {
                ending.begin(one);
                one.awaitEnd(deadline, DOING);
            }
        }
    }

    /** The lock goes last, so that until then a crash leaves something that is found again. */
    private void deleteFiles(SandboxFolder folder, Deadline deadline) throws IOException {
        for (Path one : entries(folder.path())) {
            String name = one.getFileName().toString();
            if (!name.equals("lock") && !name.equals("range")) {
                Trees.remove(one, deadline, DOING);
            }
        }
        Optional<Long> range = folder.range();
        if (range.isPresent()) {
            home.ranges().release(range.get());
        } else {
            home.ranges().releaseAllOf(folder.id());
        }
        while (true) {
            try {
                Trees.remove(folder.path(), deadline, DOING);
                return;
            } catch (DirectoryNotEmptyException e) { // notes that were being replaced at this moment
                if (deadline.passed()) {
                    throw e;
                }
            }
        }
    }

    private static List<Path> entries(Path folder) throws IOException {
        var found = new ArrayList<Path>();
        try (var stream = Files.newDirectoryStream(folder)) {
            stream.forEach(found::add);
        }
        return found;
    }
}
