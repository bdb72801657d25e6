package dev.sandjar.oci;

import dev.sandjar.ErrorCode;
import dev.sandjar.Finding;
import dev.sandjar.Images;
import dev.sandjar.Network;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.agent.AgentBinary;
import dev.sandjar.oci.bundle.BundleConfig;
import dev.sandjar.oci.bundle.HostRoot;
import dev.sandjar.oci.bundle.Ids;
import dev.sandjar.oci.bundle.SandboxUser;
import dev.sandjar.oci.cgroup.Cgroup;
import dev.sandjar.oci.image.OciImages;
import dev.sandjar.oci.machine.Machine;
import dev.sandjar.runtime.Capability;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.Placement;
import dev.sandjar.runtime.SandboxKey;
import dev.sandjar.runtime.SandboxRuntime;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** Sandboxes on this machine. State is what is on disk and in the kernel; this object holds none but locks. */
public final class OciRuntime implements SandboxRuntime {
    private static final int LONGEST_SOCKET = 107; // sun_path without its NUL

    private final Home home;
    private final OciImages images;
    private final Machine machine = Machine.look();
    private final Map<SandboxId, ReentrantLock> changing =
            new ConcurrentHashMap<>(); // one thread a sandbox, in this process
    private final Map<SandboxId, ContainerProcess> starting =
            new ConcurrentHashMap<>(); // whose OCI runtime may still run

    OciRuntime(Path home, OciImages images) {
        this.home = new Home(home);
        this.images = images;
        int length = this.home.sandbox(SandboxId.random()).socket().toString().length();
        if (length > LONGEST_SOCKET) {
            throw SandboxException.invalid(
                    "home", length - LONGEST_SOCKET + " characters too long", "a folder with a shorter path");
        }
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(
                Capability.FREEZE,
                Capability.SURVIVES_RESTART,
                Capability.MEMORY_LIMIT,
                Capability.CPU_LIMIT,
                Capability.PROCESS_LIMIT,
                Capability.CLOSED_NETWORK);
    }

    @Override
    public Placement create(SandboxId id, SandboxSpec spec, String record, Deadline deadline)
            throws InterruptedException {
        refuseWhatCannotBe(spec);
        Path program = machine.runtime();
        SandboxFolder folder = home.sandbox(id);
        try {
            makeFolder(folder);
            try (FileChannel lock = folder.lock().orElseThrow(() -> new IOException("the sandbox's lock is taken"));
                    var undo = new Undo()) {
                undo.onFailure(() -> remove(folder, Deadline.in("destroy", Duration.ofSeconds(30))));
                Placement placement = make(folder, spec, record, program, deadline);
                undo.keep();
                return placement;
            }
        } catch (IOException e) {
            throw new SandboxException(
                    ErrorCode.START_FAILED, "the sandbox could not be made", "run: sandjar doctor", e);
        }
    }

    private void refuseWhatCannotBe(SandboxSpec spec) {
        images.resolve(spec.image().orElse(OciImages.HOST));
        if (spec.disk().isPresent()) {
            throw SandboxException.notSupported(
                    "a limit on disk",
                    "this machine",
                    "leave it out, and keep SANDJAR_HOME on a filesystem of its own");
        }
        if (spec.network() != Network.NONE) {
            throw SandboxException.notSupported("network " + spec.network(), "this machine", "leave it out");
        }
    }

    private static void makeFolder(SandboxFolder folder) throws IOException {
        try {
            folder.make();
        } catch (FileAlreadyExistsException used) {
            throw new SandboxException(
                    ErrorCode.ALREADY_EXISTS, "sandbox " + folder.id() + " exists already", "use a new id", used);
        }
    }

    private Placement make(SandboxFolder folder, SandboxSpec spec, String record, Path program, Deadline deadline)
            throws IOException, InterruptedException {
        SandboxUser user = SandboxUser.parse(spec.user());
        Ids ids = home.takeIds(folder.id());
        folder.write("ids", Integer.toString(ids.first()).getBytes(StandardCharsets.US_ASCII));
        HostRoot.write(folder.root(), ids, user);
        makeLinkFolder(folder.link(), ids.outside(user.uid()));
        var cgroup = new Cgroup(machine.cgroups(), folder.id());
        var config = new BundleConfig(
                spec,
                user,
                ids,
                folder.root(),
                folder.link(),
                AgentBinary.installInto(home.agents()),
                cgroup.path(),
                cgroup.visible());
        Files.writeString(folder.bundle().resolve("config.json"), config.json());
        var key = SandboxKey.random();
        folder.write("key", key.bytes());
        folder.write("record", record.getBytes(StandardCharsets.UTF_8));
        deadline.check("making the sandbox");
        var process = ContainerProcess.start(program, home.runtimeState(), folder, key);
        starting.put(folder.id(), process);
        process.awaitReady(deadline);
        Instant now = Instant.now();
        folder.write("made", now.toString().getBytes(StandardCharsets.US_ASCII));
        return new Placement(folder.id(), Placement.Status.RUNNING, "", record, key, now, machine.weaknesses());
    }

    private static void makeLinkFolder(Path link, int owner) throws IOException {
        Files.createDirectory(link, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.setAttribute(link, "unix:uid", owner, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public void record(SandboxId id, String record) {
        SandboxFolder folder = home.sandbox(id);
        try {
            if (folder.read("made").isEmpty()) {
                throw SandboxException.sandboxNotFound(id);
            }
            folder.write("record", record.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchFileException gone) {
            throw SandboxException.sandboxNotFound(id);
        } catch (IOException e) {
            throw SandboxException.internal("keeping the sandbox's record", e);
        }
    }

    @Override
    public Optional<Placement> find(SandboxId id) {
        SandboxFolder folder = home.sandbox(id);
        try {
            Optional<byte[]> made = folder.read("made");
            Optional<byte[]> record = folder.read("record");
            Optional<byte[]> key = folder.read("key");
            if (made.isEmpty() || record.isEmpty() || key.isEmpty()) {
                return Optional.empty();
            }
            var cgroup = new Cgroup(machine.cgroups(), id);
            Placement.Status status = !cgroup.populated()
                    ? Placement.Status.DEAD
                    : cgroup.frozen() ? Placement.Status.FROZEN : Placement.Status.RUNNING;
            return Optional.of(new Placement(
                    id,
                    status,
                    status == Placement.Status.DEAD ? whyDead(cgroup) : "",
                    new String(record.get(), StandardCharsets.UTF_8),
                    SandboxKey.of(key.get()),
                    Instant.parse(new String(made.get(), StandardCharsets.US_ASCII)),
                    machine.weaknesses()));
        } catch (IOException e) {
            throw SandboxException.internal("looking for a sandbox", e);
        }
    }

    private static String whyDead(Cgroup cgroup) {
        return cgroup.ranOutOfMemory()
                ? "its agent is gone, after it ran out of memory"
                : "its agent is gone: its lease ended, or it was killed";
    }

    @Override
    public SocketChannel dial(Placement placement, Deadline deadline) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(
                    UnixDomainSocketAddress.of(home.sandbox(placement.id()).socket()));
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public void freeze(SandboxId id, Deadline deadline) throws InterruptedException {
        setFrozen(id, true, deadline);
    }

    @Override
    public void thaw(SandboxId id, Deadline deadline) throws InterruptedException {
        setFrozen(id, false, deadline);
    }

    private void setFrozen(SandboxId id, boolean frozen, Deadline deadline) throws InterruptedException {
        if (!home.sandbox(id).exists()) {
            throw SandboxException.sandboxNotFound(id);
        }
        try {
            new Cgroup(machine.cgroups(), id).freeze(frozen, deadline);
        } catch (IOException e) {
            throw SandboxException.lost(id, "its control group is gone", e);
        }
    }

    @Override
    public void destroy(SandboxId id, Deadline deadline) throws InterruptedException {
        SandboxFolder folder = home.sandbox(id);
        if (!folder.exists()) {
            return;
        }
        ReentrantLock lock = changing.computeIfAbsent(id, _ -> new ReentrantLock());
        if (!lock.tryLock(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
            throw deadline.exceeded("removing sandbox " + id);
        }
        try {
            if (folder.exists()) {
                folder.forget("made");
                remove(folder, deadline);
            }
        } catch (IOException e) {
            throw SandboxException.internal("removing sandbox " + id, e);
        } finally {
            lock.unlock();
            changing.remove(id, lock);
        }
    }

    /** Every process first, then what they used. Each step may have been done before. */
    private void remove(SandboxFolder folder, Deadline deadline) throws IOException, InterruptedException {
        ContainerProcess process = starting.remove(folder.id());
        if (process != null) {
            process.awaitEnd(deadline);
        }
        var cgroup = new Cgroup(machine.cgroups(), folder.id());
        if (cgroup.frozen()) {
            cgroup.freeze(false, deadline); // the frozen cannot die (v1)
        }
        ContainerProcess.delete(machine.runtime(), home.runtimeState(), folder.id(), deadline);
        cgroup.remove();
        Optional<Ids> ids = folder.ids();
        folder.remove();
        if (ids.isPresent()) {
            home.giveBack(ids.get());
        }
    }

    @Override
    public List<Placement> inventory(Deadline deadline) throws InterruptedException {
        var placements = new ArrayList<Placement>();
        try {
            for (SandboxId id : home.ids()) {
                Optional<Placement> whole = find(id);
                if (whole.isPresent()) {
                    placements.add(whole.get());
                } else {
                    removeIfForsaken(home.sandbox(id), deadline);
                }
            }
        } catch (IOException e) {
            throw SandboxException.internal("looking through the sandboxes", e);
        }
        return placements;
    }

    /** Whoever makes or removes one holds its lock; the kernel lets go of the lock of a process that is no more. */
    private void removeIfForsaken(SandboxFolder folder, Deadline deadline) throws InterruptedException, IOException {
        if (folder.isBeingBegun()) {
            return;
        }
        try (FileChannel lock = folder.lock().orElse(null)) {
            if (lock != null && folder.read("made").isEmpty() && !changing.containsKey(folder.id())) {
                remove(folder, deadline);
            }
        } catch (NoSuchFileException gone) {
            // somebody else was faster
        }
    }

    @Override
    public Images images() {
        return images;
    }

    @Override
    public List<Finding> doctor() {
        return Machine.look().findings();
    }

    @Override
    public void close() {}
}
