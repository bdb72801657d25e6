package dev.sandjar.oci;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.oci.image.Aliases;
import dev.sandjar.oci.image.HostImage;
import dev.sandjar.oci.image.ImageStore;
import dev.sandjar.oci.image.Registries;
import dev.sandjar.oci.machine.Machine;
import dev.sandjar.oci.machine.OciTool;
import dev.sandjar.runtime.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Which OCI runtime is used: the first that makes a sandbox on this machine. It is found out by making one, once for each program, kernel and boot; the
 * result is kept in the home folder. Asking a program for its version would not do: some start well and refuse the machine's control groups.
 */
final class ToolChoice {
    private final Home home;
    private final Machine machine;
    private final WorkLimits limits;

    private final ReentrantLock lock = new ReentrantLock(); // guards chosen, and that one thread at a time tries
    private @Nullable OciTool chosen;

    ToolChoice(Home home, Machine machine, WorkLimits limits) {
        this.home = home;
        this.machine = machine;
        this.limits = limits;
    }

    /** Waits while another thread tries. */
    OciTool get(Deadline deadline) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            if (chosen == null) {
                Optional<OciTool> known = remembered();
                chosen = known.isPresent() ? known.get() : choose(deadline);
            }
            return chosen;
        } finally {
            lock.unlock();
        }
    }

    private OciTool choose(Deadline deadline) throws IOException, InterruptedException {
        var failures = new LinkedHashMap<OciTool, SandboxException>();
        for (OciTool tool : machine.tools()) {
            Optional<SandboxException> failure = attempt(tool, deadline);
            if (failure.isEmpty()) {
                remember(tool);
                return tool;
            }
            failures.put(tool, failure.get());
        }
        throw noneWorks(failures);
    }

    /** Makes a sandbox and removes it; empty when that went well. */
    Optional<SandboxException> attempt(OciTool tool, Deadline deadline) throws IOException, InterruptedException {
        var id = SandboxId.random();
        var spec = SandboxSpec.of(HostImage.NAME);
        try {
            var image = new ImageStore(home.images, home.sandboxes, Aliases.NONE, Registries.ANY, limits.pull())
                    .get(HostImage.NAME, deadline);
            new Creation(home, machine, limits.cleanup(), Creation.Faults.NONE)
                    .create(tool, id, spec, image, "", deadline);
            return Optional.empty();
        } catch (SandboxException e) {
            if (e.code() != ErrorCode.START_FAILED) {
                throw e; // says nothing about the tool
            }
            return Optional.of(e);
        } finally {
            new Removal(home, machine).destroy(id, Deadline.in("cleanup", limits.cleanup()));
        }
    }

    private static SandboxException noneWorks(Map<OciTool, SandboxException> failures) {
        if (failures.isEmpty()) {
            return new SandboxException(
                    ErrorCode.START_FAILED,
                    "no OCI runtime is on the PATH of this machine",
                    "install one: " + String.join(" or ", OciTool.KNOWN),
                    null);
        }
        var names = failures.keySet().stream().map(OciTool::name).toList();
        var failed = new SandboxException(
                ErrorCode.START_FAILED,
                "no sandbox can be made with " + String.join(" or ", names) + " on this machine",
                "sandjar doctor says more",
                failures.values().iterator().next());
        failures.values().stream().skip(1).forEach(failed::addSuppressed);
        return failed;
    }

    private Optional<OciTool> remembered() throws IOException {
        if (!Files.exists(file())) {
            return Optional.empty();
        }
        String text = Files.readString(file());
        for (OciTool tool : machine.tools()) {
            if (text.equals(fingerprint(tool))) {
                return Optional.of(tool);
            }
        }
        return Optional.empty();
    }

    private void remember(OciTool tool) throws IOException {
        Path fresh = Files.createTempFile(home.folder, "tool", ".new");
        Files.writeString(fresh, fingerprint(tool));
        Files.move(fresh, file(), StandardCopyOption.ATOMIC_MOVE);
    }

    private String fingerprint(OciTool tool) throws IOException {
        return String.join(
                "\n",
                tool.path().toString(),
                Files.getLastModifiedTime(tool.path()).toString(),
                Long.toString(Files.size(tool.path())),
                machine.tools().getFirst().path().toString(), // one that was installed since may be faster
                machine.kernel(),
                machine.boot());
    }

    private Path file() {
        return home.folder.resolve("tool");
    }
}
