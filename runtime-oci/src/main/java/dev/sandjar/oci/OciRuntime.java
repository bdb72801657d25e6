package dev.sandjar.oci;

import static java.lang.System.Logger.Level.WARNING;

import dev.sandjar.ErrorCode;
import dev.sandjar.Finding;
import dev.sandjar.Images;
import dev.sandjar.Network;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.oci.image.HostImage;
import dev.sandjar.oci.image.ImageStore;
import dev.sandjar.oci.image.RootImage;
import dev.sandjar.oci.machine.Machine;
import dev.sandjar.runtime.Capability;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.runtime.Placement;
import dev.sandjar.runtime.SandboxKey;
import dev.sandjar.runtime.SandboxRuntime;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Sandboxes on this machine. Holds nothing in memory: what exists is what {@link Home} and the kernel say, so any number of processes may have one open.
 *
 * <p>A spec that names none gets 512 MiB of memory, one processor and 256 processes ({@link dev.sandjar.oci.bundle.Limits#DEFAULT}).
 */
public final class OciRuntime implements SandboxRuntime {
    private static final int LONGEST_RECORD = 256 << 10;
    private static final Duration LONGEST_TIDYING =
            Duration.ofSeconds(5); // of one look at what there is; the next goes on

    private static final System.Logger LOG = System.getLogger(OciRuntime.class.getName());

    private final Home home;
    private final Machine machine;
    private final ImageStore images;
    private final ToolChoice tools;
    private final Removal removal;
    private final Creation creation;
    private final Doctor doctor;
    private final Duration cleanup;

    private OciRuntime(Options options, Machine machine, Creation.Faults faults) {
        this.home = Home.open(options.home());
        this.machine = options.ociRuntime().map(machine::only).orElse(machine);
        this.images = new ImageStore(
                home.images,
                home.sandboxes,
                options.aliases(),
                options.registries(),
                options.limits().pull());
        this.tools = new ToolChoice(home, this.machine, options.limits());
        this.removal = new Removal(home, this.machine);
        this.creation = new Creation(home, this.machine, options.limits().cleanup(), faults);
        this.cleanup = options.limits().cleanup();
        this.doctor = new Doctor(home, options.ociRuntime(), options.limits());
    }

    static OciRuntime open(Options options) {
        return open(options, Creation.Faults.NONE);
    }

    static OciRuntime open(Options options, Creation.Faults faults) {
        return open(options, Machine.look(System.getenv()), faults);
    }

    static OciRuntime open(Options options, Machine machine, Creation.Faults faults) {
        return new OciRuntime(options, machine, faults);
    }

    @Override
    public Set<Capability> capabilities() {
        var powers = EnumSet.of(Capability.SURVIVES_RESTART, Capability.CLOSED_NETWORK);
        add(powers, machine.cgroups().canFreeze(), Capability.FREEZE);
        add(powers, machine.cgroups().has("memory") && !machine.gvisor(), Capability.MEMORY_LIMIT);
        add(powers, machine.cgroups().has("cpu"), Capability.CPU_LIMIT);
        add(powers, machine.cgroups().has("pids") && !machine.gvisor(), Capability.PROCESS_LIMIT);
        add(powers, machine.disks(), Capability.DISK_LIMIT);
        return powers;
    }

    private static void add(Set<Capability> powers, boolean has, Capability power) {
        if (has) {
            powers.add(power);
        }
    }

    @Override
    public Placement create(SandboxId id, SandboxSpec spec, String record, Deadline deadline)
            throws InterruptedException {
        refuseUnsupported(spec);
        checkLength(record);
        return doing("making the sandbox", () -> {
            RootImage image = images.get(spec.image().orElse(HostImage.NAME), deadline);
            return creation.create(tools.get(deadline), id, spec, image, record, deadline);
        });
    }

    private void refuseUnsupported(SandboxSpec spec) {
        if (spec.network().orElse(Network.NONE) != Network.NONE) {
            throw SandboxException.notSupported(
                    "network " + spec.network().orElseThrow(),
                    "sandboxes on one machine",
                    "leave it out: the sandbox reaches itself only");
        }
        if (spec.disk().isPresent() && !machine.disks()) {
            throw SandboxException.notSupported("a disk limit", "this machine", "leave it out, or install e2fsprogs");
        }
    }

    @Override
    public void record(SandboxId id, String record) {
        checkLength(record);
        undisturbed("keeping the sandbox's record", () -> {
            SandboxFolder folder = home.sandbox(id);
            if (!folder.isPlaced()) {
                throw SandboxException.sandboxNotFound(id);
            }
            folder.writeRecord(record);
            return true;
        });
    }

    private static void checkLength(String record) {
        int length = record.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        if (length > LONGEST_RECORD) {
            throw SandboxException.invalid("record", length + " bytes", "at most " + LONGEST_RECORD + " bytes");
        }
    }

    @Override
    public Optional<Placement> find(SandboxId id) {
        return undisturbed("looking at the sandbox", () -> look(home.sandbox(id)));
    }

    private Optional<Placement> look(SandboxFolder folder) throws IOException {
        Optional<PlacementFile> file = folder.placement();
        if (file.isEmpty()) {
            return Optional.empty();
        }
        PlacementFile placement = file.get();
        try {
            Optional<SandboxKey> key = folder.key();
            boolean damaged = placement.equals(PlacementFile.DAMAGED) || key.isEmpty();
            boolean sameBoot = placement.boot().equals(machine.boot());
            boolean alive = !damaged && sameBoot && placement.agent().alive();
            boolean frozen =
                    alive && machine.cgroups().of(folder.id().toString()).frozen();
            return Optional.of(new Placement(
                    folder.id(),
                    frozen ? Placement.Status.FROZEN : alive ? Placement.Status.RUNNING : Placement.Status.DEAD,
                    alive
                            ? ""
                            : damaged
                                    ? "what was written down of it is damaged"
                                    : sameBoot ? whyDead(folder) : "this machine was started anew",
                    folder.record(),
                    key.orElseGet(SandboxKey::random),
                    placement.createdAt(),
                    placement.weaknesses()));
        } catch (NoSuchFileException beingRemoved) {
            return Optional.empty();
        }
    }

    private String whyDead(SandboxFolder folder) throws IOException {
        return machine.cgroups().of(folder.id().toString()).ranOutOfMemory()
                ? "its agent is gone, after the sandbox ran out of memory"
                : "its agent is gone: its lease ended, or it was killed";
    }

    @Override
    public SocketChannel dial(Placement placement, Deadline deadline) throws IOException {
        deadline.check("connecting to the sandbox");
        var address = UnixDomainSocketAddress.of(home.sandbox(placement.id()).socket());
        var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(address); // a local socket answers at once or not at all
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public void freeze(SandboxId id, Deadline deadline) throws InterruptedException {
        stopOrGo(id, true, deadline);
    }

    @Override
    public void thaw(SandboxId id, Deadline deadline) throws InterruptedException {
        stopOrGo(id, false, deadline);
    }

    private void stopOrGo(SandboxId id, boolean stop, Deadline deadline) throws InterruptedException {
        if (!machine.cgroups().canFreeze()) {
            throw SandboxException.notSupported("pausing", "this machine", "stop its commands instead");
        }
        doing(stop ? "freezing the sandbox" : "thawing the sandbox", () -> {
            if (!home.sandbox(id).isPlaced()) {
                throw SandboxException.sandboxNotFound(id);
            }
            machine.cgroups().of(id.toString()).freeze(stop, deadline);
            return true;
        });
    }

    @Override
    public void destroy(SandboxId id, Deadline deadline) throws InterruptedException {
        doing("removing the sandbox", () -> {
            removal.destroy(id, deadline);
            return true;
        });
    }

    @Override
    public List<Placement> inventory(Deadline deadline) throws InterruptedException {
        return doing("looking for sandboxes", () -> {
            var found = new ArrayList<Placement>();
            var leftovers = new ArrayList<SandboxFolder>();
            for (SandboxFolder folder : home.all()) {
                deadline.check("looking for sandboxes");
                look(folder).ifPresentOrElse(found::add, () -> leftovers.add(folder));
            }
            Collections.shuffle(leftovers); // one that takes long does not keep the others from their turn for ever
            var tidying = Deadline.in("cleanup", shortest(cleanup, deadline.left(), LONGEST_TIDYING));
            for (SandboxFolder folder : leftovers) {
                tidyUp("what is left of sandbox " + folder.id(), () -> removal.removeLeftover(folder, tidying));
            }
            tidyUp("what is left of images", () -> images.sweep(tidying));
            return found;
        });
    }

    private interface Tidying {
        void run() throws IOException, InterruptedException;
    }

    private static Duration shortest(Duration... all) {
        return Collections.min(List.of(all));
    }

    /** What cannot be removed now must not hide the sandboxes that live, nor hold up for long whoever looks for them; the next inventory finds it again. */
    private static void tidyUp(String what, Tidying work) throws InterruptedException {
        try {
            work.run();
        } catch (ClosedByInterruptException e) {
            throw interrupted("removing " + what, e);
        } catch (IOException | SandboxException e) {
            LOG.log(WARNING, what + " cannot be removed yet", e);
        }
    }

    @Override
    public Images images() {
        return images;
    }

    @Override
    public List<Finding> doctor() {
        return doctor.examine();
    }

    @Override
    public void close() {
        // nothing is held open
    }

    private interface Work<T> {
        T run() throws IOException, InterruptedException;
    }

    private static <T> T doing(String what, Work<T> work) throws InterruptedException {
        try {
            return work.run();
        } catch (ClosedByInterruptException e) {
            throw interrupted(what, e);
        } catch (IOException e) {
            throw translated(what, e);
        }
    }

    /** How the JDK's files say it, and how all others do. */
    private static InterruptedException interrupted(String what, ClosedByInterruptException e) {
        Thread.interrupted();
        return (InterruptedException) new InterruptedException(what).initCause(e);
    }

    /** The same for what is too short to be interrupted. */
    private static <T> T undisturbed(String what, Work<T> work) {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return work.run();
                } catch (ClosedByInterruptException | InterruptedException again) {
                    interrupted |= Thread.interrupted();
                }
            }
        } catch (IOException e) {
            throw translated(what, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static SandboxException translated(String what, IOException e) {
        if (e instanceof AccessDeniedException) {
            return new SandboxException(
                    ErrorCode.PERMISSION_DENIED,
                    what + " needs root on this machine",
                    "run it with sudo, or use a server: --server URL",
                    e);
        }
        String said = String.valueOf(e.getMessage());
        if (said.contains("No space left on device") || said.contains("Disk quota exceeded")) {
            return new SandboxException(
                    ErrorCode.NO_CAPACITY,
                    what + " failed: this machine's disk is full",
                    "make room, or name another home",
                    e);
        }
        return SandboxException.internal(what, e);
    }
}
