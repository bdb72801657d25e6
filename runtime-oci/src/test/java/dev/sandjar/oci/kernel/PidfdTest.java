package dev.sandjar.oci.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A process that has ended is gone, whatever its number is now. */
class PidfdTest {
    @Test
    void aNumberThatNowIsAThreadOfAnotherProcessHoldsNothing() throws Exception {
        int thread;
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            thread = threads.mapToInt(
                            path -> Integer.parseInt(path.getFileName().toString()))
                    .max()
                    .orElseThrow();
        }
        assertThat(thread).isNotEqualTo((int) ProcessHandle.current().pid());
        assertThat(Pidfd.open(new ProcessIdentity(thread, 1))).isEmpty();
    }

    @Test
    void aNumberThatNowIsAnotherProcessHoldsNothing() throws Exception {
        int own = (int) ProcessHandle.current().pid();
        assertThat(Pidfd.open(new ProcessIdentity(own, 1))).isEmpty();
    }

    @Test
    void aProcessIsHeldUntilItEnds() throws Exception {
        Process process = new ProcessBuilder("sleep", "1000").start();
        var identity = ProcessIdentity.of((int) process.pid()).orElseThrow();
        try (Pidfd held = Pidfd.open(identity).orElseThrow()) {
            held.kill();
        }
        process.waitFor();
        assertThat(Pidfd.open(identity)).isEmpty();
    }
}
