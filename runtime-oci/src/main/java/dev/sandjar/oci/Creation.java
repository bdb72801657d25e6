package dev.sandjar.oci;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.agent.AgentBinary;
import dev.sandjar.oci.bundle.Bundle;
import dev.sandjar.oci.bundle.Limits;
import dev.sandjar.oci.bundle.Mount;
import dev.sandjar.oci.cgroup.Cgroups;
import dev.sandjar.oci.image.Disk;
import dev.sandjar.oci.image.RootImage;
import dev.sandjar.oci.kernel.DeviceFolder;
import dev.sandjar.oci.kernel.HeldLock;
import dev.sandjar.oci.kernel.Mounts;
import dev.sandjar.oci.kernel.Owners;
import dev.sandjar.oci.kernel.Priority;
import dev.sandjar.oci.kernel.ProcessIdentity;
import dev.sandjar.oci.kernel.UserNamespace;
import dev.sandjar.oci.machine.Checks;
import dev.sandjar.oci.machine.Machine;
import dev.sandjar.oci.machine.OciTool;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.Placement;
import dev.sandjar.runtime.SandboxKey;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How one sandbox is made: a list of steps, each undone by the line below it when a later one fails. */
final class Creation {
    private static final String AGENT = "/run/sandjar/agent";
    private static final String LINK = "/run/sandjar/link";
    private static final String CGROUP = "/run/sandjar/cgroup";
    private static final String WORKSPACE = "/workspace";
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final Home home;
    private final Machine machine;
    private final List<String> weaknesses;
    private final List<String> weaknessesWithDisk;
    private final Limits.Enforceable enforceable;
    private final Removal removal;
    private final Duration cleanup;
    private final Faults faults;

    private volatile @Nullable Path agent; // installing it twice does no harm

    /** @param cleanup how long removing what a failed create has left may take (limit "cleanup") */
    Creation(Home home, Machine machine, Duration cleanup, Faults faults) {
        this.home = home;
        this.machine = machine;
        this.weaknesses = Checks.weaknesses(machine, false);
        this.weaknessesWithDisk = Checks.weaknesses(machine, true);
        this.enforceable = machine.enforceable();
        this.removal = new Removal(home, machine);
        this.cleanup = cleanup;
        this.faults = faults;
    }

    /** Where tests let it fail. */
    enum Step {
        FOLDER,
        NOTES,
        ROOT,
        BUNDLE,
        START,
        READY,
        PLACEMENT
    }

    /** Called after each step. */
    interface Faults {
        Faults NONE = (_, _) -> {};

        void after(SandboxId id, Step step) throws IOException, InterruptedException;
    }

    Placement create(OciTool tool, SandboxId id, SandboxSpec spec, RootImage image, String record, Deadline deadline)
            throws IOException, InterruptedException {
        SandboxFolder folder = home.sandbox(id);
        Bundle.User user = image.user(spec.user());
        SandboxKey key = SandboxKey.random();
        try (HeldLock _ = reserve(folder, deadline);
                var undo = new Undo()) {
            undo.onFailure(() -> removal.remove(folder, Deadline.in("cleanup", cleanup)));
            faults.after(id, Step.FOLDER);

            long idBase = home.ranges().reserve(id);
            folder.writeRange(idBase);
            folder.writeKey(key);
            folder.writeRecord(record);
            open(folder, idBase, user);
            faults.after(id, Step.NOTES);

            try (var users = users(idBase)) {
                Optional<Disk> disk = Disk.make(spec.disk(), folder.disk(), deadline);
                disk.ifPresent(one -> undo.onFailure(one::release));
                Path files = disk.map(Disk::folder).orElse(folder.path());
                Path rootfs = files.resolve("rootfs");
                RootImage.Laid laid = image.lay(folder.path(), files, rootfs, users, user, deadline);
                undo.onFailure(laid::release);
                if (!tool.gvisor()) { // which has devices of its own
                    undo.onFailure(() -> Mounts.detach(folder.devices()));
                    DeviceFolder.make(folder.devices());
                }
                faults.after(id, Step.ROOT);

                Files.createDirectory(folder.bundle());
                Bundle bundle = bundle(tool, folder, rootfs, spec, image, user, users);
                Files.write(folder.bundle().resolve("config.json"), bundle.json());
                faults.after(id, Step.BUNDLE);

                Starter starter = Starter.run(tool, folder, key);
                undo.onFailure(starter::kill);
                faults.after(id, Step.START);
                starter.awaitReady(deadline);
                faults.after(id, Step.READY);

                ProcessIdentity agent = seal(tool, folder, spec);
                laid.release(); // the sandbox has its own by now
                Mounts.detach(folder.devices());
                if (disk.isPresent()) {
                    disk.get().release();
                }
                var placement = new PlacementFile(
                        machine.boot(),
                        agent,
                        starter.identity(),
                        Instant.now().truncatedTo(ChronoUnit.MILLIS),
                        spec.image().orElse(""),
                        disk.isPresent() ? weaknessesWithDisk : weaknesses);
                folder.writePlacement(placement);
                faults.after(id, Step.PLACEMENT);
                undo.keep();
                return new Placement(
                        id, Placement.Status.RUNNING, "", record, key, placement.createdAt(), placement.weaknesses());
            }
        }
    }

    private static UserNamespace users(long idBase) {
        try {
            return UserNamespace.make(idBase, Bundle.IDS);
        } catch (IOException e) {
            throw new SandboxException(
                    ErrorCode.START_FAILED,
                    String.valueOf(e.getMessage()),
                    "install util-linux, and allow user namespaces: sysctl user.max_user_namespaces=65536",
                    e);
        }
    }

    /** Nobody in it has run anything yet; from here on somebody may. */
    private ProcessIdentity seal(OciTool tool, SandboxFolder folder, SandboxSpec spec) throws IOException {
        close(folder);
        ProcessIdentity agent = agent(folder.id());
        if (!tool.gvisor() && machine.cgroups().has("cpu")) { // else it would come before others of this machine, too
            Priority.raise(agent);
        }
        machine.cgroups()
                .of(folder.id().toString())
                .limitSockets(Limits.of(spec).sockets());
        return agent;
    }

    /** Folder and lock appear together for everybody who asks under the home's lock. */
    private HeldLock reserve(SandboxFolder folder, Deadline deadline) throws IOException, InterruptedException {
        return home.locked(deadline, () -> {
            try {
                Files.createDirectory(folder.path());
            } catch (FileAlreadyExistsException taken) {
                throw new SandboxException(
                        ErrorCode.ALREADY_EXISTS,
                        "sandbox " + folder.id() + " is there already",
                        "use another id",
                        null);
            }
            return HeldLock.tryMake(folder.lock()).orElseThrow();
        });
    }

    /** The sandbox's user 0 may pass through the folder, nobody else; its user may put a socket into the link. */
    private static void open(SandboxFolder folder, long idBase, Bundle.User user) throws IOException {
        Owners.set(folder.path(), 0, idBase);
        Files.setPosixFilePermissions(folder.path(), PosixFilePermissions.fromString("rwx--x---"));
        Files.createDirectory(folder.link());
        Owners.set(folder.link(), idBase + user.uid(), idBase);
        Files.setPosixFilePermissions(folder.link(), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** From here on nobody in the sandbox can remove the socket, put a link to one of this machine's in its place, or knock so often that we cannot. */
    private static void close(SandboxFolder folder) throws IOException {
        Owners.set(folder.link(), 0, 0);
        Owners.set(folder.socket(), 0, 0);
        Files.setPosixFilePermissions(folder.socket(), PosixFilePermissions.fromString("rw-------"));
    }

    /** Nothing but the agent is in the sandbox when it has just said that it is ready; of gVisor it is the process without which the rest ends. */
    private ProcessIdentity agent(SandboxId id) throws IOException {
        Optional<ProcessIdentity> agent = machine.cgroups().of(id.toString()).eldest();
        return agent.orElseThrow(() -> new SandboxException(
                ErrorCode.START_FAILED,
                "the sandbox's agent ended at once",
                "look for out-of-memory in the kernel's log",
                null));
    }

    private Bundle bundle(
            OciTool tool,
            SandboxFolder folder,
            Path rootfs,
            SandboxSpec spec,
            RootImage image,
            Bundle.User user,
            UserNamespace users)
            throws IOException {
        Mount.View view =
                machine.stacking() && !tool.gvisor() ? Mount.View.own(home.empty.toString()) : Mount.View.SHARED;
        var mounts = new ArrayList<Mount>(image.mounts(view));
        mounts.add(view.of(agentFolder().toString(), AGENT));
        mounts.add(Mount.writable(folder.link().toString(), LINK));
        machine.cgroups()
                .readable(folder.id().toString())
                .forEach((name, source) ->
                        mounts.add(Mount.readOnly(source.toString(), name.isEmpty() ? CGROUP : CGROUP + "/" + name)));
        return new Bundle(
                rootfs.toString(),
                agentArguments(AGENT + "/" + AgentBinary.NAME, spec, image),
                environment(spec, image, user),
                "/",
                user,
                new Bundle.Users(
                        users.first(),
                        tool.gvisor()
                                ? Optional.empty()
                                : Optional.of(users.path().toString())),
                Cgroups.path(folder.id().toString()),
                Limits.of(spec),
                enforceable,
                tool.gvisor()
                        ? Mount.sharedDevices()
                        : Mount.devices(folder.devices().toString()),
                mounts);
    }

    private List<String> agentArguments(String agent, SandboxSpec spec, RootImage image) {
        var words = new ArrayList<>(List.of(
                agent,
                "--unix",
                LINK + "/s",
                "--workspace",
                cwd(spec, image),
                "--open-files",
                Long.toString(machine.openFiles())));
        if (spec.disk().isPresent()) { // what is written lies on a filesystem of its own, which can be asked
            words.addAll(List.of("--disk", "/"));
        }
        return words;
    }

    private Path agentFolder() throws IOException {
        Path installed = agent;
        if (installed == null) {
            installed = AgentBinary.installInto(home.agents);
            agent = installed;
        }
        return installed;
    }

    private static String cwd(SandboxSpec spec, RootImage image) {
        return spec.cwd().or(image::cwd).orElse(WORKSPACE);
    }

    private static List<String> environment(SandboxSpec spec, RootImage image, Bundle.User user) {
        var all = new LinkedHashMap<String, String>();
        all.put("PATH", PATH);
        all.put("LANG", "C.UTF-8");
        all.put("TERM", "xterm-256color");
        all.putAll(image.env());
        all.putAll(Map.of("HOME", user.home(), "USER", user.name(), "LOGNAME", user.name(), "SHELL", user.shell()));
        all.putAll(spec.env());
        var words = new ArrayList<String>();
        all.forEach((name, value) -> words.add(name + "=" + value));
        return words;
    }
}
