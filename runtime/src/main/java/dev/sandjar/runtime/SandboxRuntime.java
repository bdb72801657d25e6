package dev.sandjar.runtime;

import dev.sandjar.Finding;
import dev.sandjar.Images;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Makes, finds and removes sandboxes in one kind of place. What an implementation must do is what
 * {@code SandboxRuntimeContract} checks; a place that cannot do a thing says so in {@link #capabilities}.
 *
 * <p>One sandbox lives like this: {@code create} → any number of {@code dial} → perhaps {@code freeze}/{@code thaw} or
 * {@code stop}/{@code start} → {@code destroy}.
 * An engine that starts asks {@link #inventory} first and adopts or destroys what it finds. Calls for different sandboxes come from
 * many threads at once; calls for one sandbox come one after another, but for {@code dial} and {@code find}, which come at any time.
 *
 * <p>The place is the only memory: what the engine must know after a crash it gives to {@link #create} and {@link #record}, and finds
 * again in {@link Placement#record}. Several engines, in several processes, may use one place at the same time.
 */
public interface SandboxRuntime extends AutoCloseable {
    /**
     * What it can do. Fixed while the runtime is open; each entry is a promise that the contract tests hold it to.
     *
     * @return its powers
     */
    Set<Capability> capabilities();

    /**
     * After which this place ends every sandbox, however often its lease is renewed; counted from its creation, or from its claim when it was
     * made ahead.
     *
     * @return the same at every call
     */
    default Duration longestLife() {
        return Duration.ofDays(36_500); // no end
    }

    /**
     * Returns once the agent is ready to be dialled. On any failure, and on interruption, nothing of the sandbox is left.
     *
     * @param id chosen by the engine; a second create with it fails with {@code ALREADY_EXISTS}
     * @param spec with every default filled in but those that only the place knows
     * @param record the engine's notes, UTF-8, 256 KiB at most, kept before the sandbox first runs
     * @param deadline until when
     * @return where it is
     * @throws dev.sandjar.SandboxException {@code IMAGE_NOT_FOUND}, {@code REGISTRY_UNAVAILABLE}, {@code NO_CAPACITY}, {@code NOT_SUPPORTED},
     *     {@code START_FAILED}, {@code DEADLINE_EXCEEDED}
     * @throws InterruptedException nothing is left
     */
    Placement create(SandboxId id, SandboxSpec spec, String record, Deadline deadline) throws InterruptedException;

    /**
     * Replaces the engine's notes, all or nothing.
     *
     * @param id a sandbox
     * @param record as for {@link #create}
     * @throws dev.sandjar.SandboxException {@code SANDBOX_NOT_FOUND}
     */
    void record(SandboxId id, String record);

    /**
     * Looks at one sandbox; fast enough for every request.
     *
     * @param id any
     * @return empty when there is none, or when it is still being made
     */
    Optional<Placement> find(SandboxId id);

    /**
     * Connects to a sandbox's agent. Nothing has been said on the connection yet.
     *
     * @param placement of a sandbox that runs
     * @param deadline until when
     * @return a connected channel in blocking mode
     * @throws IOException when nobody answers there
     */
    SocketChannel dial(Placement placement, Deadline deadline) throws IOException;

    /**
     * Stops all its processes where they are. Succeeds when they are stopped already.
     *
     * @param id a sandbox
     * @param deadline until when
     * @throws dev.sandjar.SandboxException {@code NOT_SUPPORTED} without {@link Capability#FREEZE}
     * @throws InterruptedException it may be frozen or not
     */
    void freeze(SandboxId id, Deadline deadline) throws InterruptedException;

    /**
     * Lets its processes go on. Succeeds when they do already.
     *
     * @param id a sandbox
     * @param deadline until when
     * @throws dev.sandjar.SandboxException {@code NOT_SUPPORTED} without {@link Capability#FREEZE}
     * @throws InterruptedException it may be frozen or not
     */
    void thaw(SandboxId id, Deadline deadline) throws InterruptedException;

    /**
     * Ends all its processes and lets go of memory and processors; its workspace is kept. Succeeds when it is stopped already.
     *
     * @param id a sandbox
     * @param deadline until when
     * @throws dev.sandjar.SandboxException {@code NOT_SUPPORTED} without {@link Capability#STOP}
     * @throws InterruptedException it may be stopped or not
     */
    default void stop(SandboxId id, Deadline deadline) throws InterruptedException {
        throw SandboxException.notSupported("keeping a workspace while nothing runs", "this place", "pause it instead");
    }

    /**
     * Starts what was stopped: with new processes, in its old workspace, under its old name and key. Succeeds when it runs already; on any failure
     * it is stopped as before.
     *
     * @param id a sandbox
     * @param spec what it was made from
     * @param deadline until when
     * @throws dev.sandjar.SandboxException {@code NOT_SUPPORTED} without {@link Capability#STOP}; otherwise as {@link #create}
     * @throws InterruptedException it is stopped
     */
    default void start(SandboxId id, SandboxSpec spec, Deadline deadline) throws InterruptedException {
        throw SandboxException.notSupported(
                "keeping a workspace while nothing runs", "this place", "make a new sandbox");
    }

    /**
     * Removes a sandbox. Succeeds when nothing is there, also for two calls at once. Returns after the last process, mount and file is gone.
     *
     * @param id any
     * @param deadline until when
     * @throws InterruptedException something may be left; call again
     */
    void destroy(SandboxId id, Deadline deadline) throws InterruptedException;

    /**
     * What exists now, as the place itself tells and not as somebody remembers; may take seconds. What a crashed create or removal left behind is removed on
     * the way; what another process is making at this moment is neither touched nor listed.
     *
     * @param deadline until when
     * @return every sandbox, in any status
     * @throws InterruptedException nothing was changed that a second call would not do
     */
    List<Placement> inventory(Deadline deadline) throws InterruptedException;

    // ---- where several engines work at one place at once; a place for one engine alone needs none of this

    /**
     * Called once, before anything else, by an engine that stays. From then on it is told what becomes of sandboxes, also by others' doing,
     * and takes its turn at what one engine at a time does.
     *
     * @param changed told of a sandbox that came, changed or went; to be looked at by {@link #find}. Must not wait
     */
    default void attend(Consumer<SandboxId> changed) {}

    /**
     * Whether other engines use the same sandboxes, so that none of them knows when one was last used; then only agents judge that.
     *
     * @return the same at every call
     */
    default boolean shared() {
        return false;
    }

    /**
     * Whether it is this engine's turn to remove what has outlived its lease. One engine at a time has it.
     *
     * @return as it is now
     */
    default boolean reaps() {
        return true;
    }

    /**
     * Whether {@link #claim} is possible now.
     *
     * @return false while this engine cannot prove that what it made ahead is still its own
     */
    default boolean claims() {
        return true;
    }

    /**
     * As {@link #create}, for a sandbox that this engine alone may claim. No other sees it until then; it goes when this engine does.
     *
     * @param id as for {@link #create}
     * @param spec as for {@link #create}
     * @param record as for {@link #create}
     * @param deadline until when
     * @return where it is
     * @throws InterruptedException nothing is left
     */
    default Placement createAhead(SandboxId id, SandboxSpec spec, String record, Deadline deadline)
            throws InterruptedException {
        return create(id, spec, record, deadline);
    }

    /**
     * Takes a sandbox that was made ahead for its owner: replaces its notes, here at once and in the place perhaps a moment later. Where that
     * turns out to come too late, because others have taken this engine for dead, the sandbox is removed.
     *
     * @param id made by {@link #createAhead}, and not claimed yet
     * @param record as for {@link #create}
     * @throws dev.sandjar.SandboxException when {@link #claims} is false, or the sandbox is gone
     */
    default void claim(SandboxId id, String record) {
        record(id, record);
    }

    // ----

    /**
     * Whose a token is that the place itself has issued, such as a cluster to its service accounts.
     *
     * @param token as somebody sent it; nothing is known about it
     * @return the owner; empty for a token that is not the place's, or not valid
     */
    default Optional<String> owner(String token) {
        return Optional.empty();
    }

    /**
     * The root filesystems it has.
     *
     * @return the same at every call
     */
    Images images();

    /**
     * What this place can and cannot enforce, looked at anew.
     *
     * @return each thing that was looked at
     */
    List<Finding> doctor();

    /** Lets go of the place; sandboxes live on. */
    @Override
    void close(); // no checked exception: otherwise javac warns about InterruptedException in try-with-resources
}
