package dev.sandjar.oci;

import dev.sandjar.SandboxId;
import dev.sandjar.oci.image.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** One home folder for all tests of this JVM, removed at its end. */
final class TestHome {
    static final Path FOLDER = make();
    /** Every sandbox that was ever begun here, so that its control groups can be told from those of other homes. */
    static final Set<SandboxId> BEGUN = ConcurrentHashMap.newKeySet();

    private static final OciRuntime SHARED = open();

    private TestHome() {}

    static OciRuntime runtime() {
        return SHARED;
    }

    /** As another process would open it. */
    static OciRuntime open() {
        return open(Creation.Faults.NONE);
    }

    static OciRuntime open(Creation.Faults faults) {
        return open(Options.in(FOLDER), faults);
    }

    static OciRuntime open(Options options, Creation.Faults faults) {
        Creation.Faults noting = (id, step) -> {
            BEGUN.add(id);
            faults.after(id, step);
        };
        return OciRuntime.open(options, noting);
    }

    private static Path make() {
        try {
            Path folder = Files.createTempDirectory("sandjar-oci");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    Trees.remove(folder);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
