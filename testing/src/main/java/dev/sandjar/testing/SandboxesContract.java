package dev.sandjar.testing;

import dev.sandjar.SandboxInfo;
import dev.sandjar.Sandboxes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/**
 * What {@code dev.sandjar} promises, wherever the sandboxes are: the same scenarios against this machine, a server and a cluster, which
 * must not be told apart. Extend it and say how to open the place. The image needs a shell and Python.
 *
 * <p>The scenarios are in the interfaces, one a subject. Not in nested classes: Surefire leaves those out when it is told a test's name.
 */
@Timeout(120)
public abstract class SandboxesContract
        implements LifeContract, CommandsContract, StreamsContract, ProcessesContract, FilesContract, MachineContract {
    /** For subclasses. */
    protected SandboxesContract() {}

    /**
     * The place under test, shared by the tests of a class.
     *
     * @return an open place whose caller has no sandboxes but those of this test
     */
    protected abstract Sandboxes sandboxes();

    @Override
    public final Sandboxes place() {
        return sandboxes();
    }

    @AfterEach
    void removesWhatItMade() {
        for (SandboxInfo info : sandboxes().list(0, 100).sandboxes()) {
            sandboxes().get(info.id()).delete();
        }
    }
}
