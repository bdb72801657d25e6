package dev.sandjar.oci.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.SandboxException;
import dev.sandjar.runtime.Deadline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreesTest {
    @TempDir
    private Path folder;

    @Test
    void removingEndsWithItsDeadlineAndAnotherCallGoesOn() throws Exception {
        Path tree = Files.createDirectory(folder.resolve("tree"));
        for (int i = 0; i < 10_000; i++) {
            Files.createFile(tree.resolve("" + i));
        }
        assertThatThrownBy(() -> Trees.remove(tree, Deadline.in("destroy", Duration.ofMillis(1)), "removing"))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("destroy");
        assertThat(tree).isNotEmptyDirectory();
        Trees.remove(tree, Deadline.in("destroy", Duration.ofMinutes(1)), "removing");
        assertThat(tree).doesNotExist();
    }
}
