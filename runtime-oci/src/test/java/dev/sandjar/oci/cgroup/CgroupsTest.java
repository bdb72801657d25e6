package dev.sandjar.oci.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CgroupsTest {
    private static final String OLD =
            "31 30 0:26 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory";
    private static final String PAIR = "32 30 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct";
    private static final String NEW = "33 30 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate";

    @Test
    void mountsOfBothVersionsAreRead() {
        List<Hierarchy> found =
                Hierarchy.parse(List.of(OLD, PAIR, NEW, "22 27 0:21 / /proc rw - proc proc rw", "nonsense"));
        assertThat(found).hasSize(3);
        assertThat(found.get(1).controllers()).contains("cpu", "cpuacct");
        assertThat(found.get(2)).isEqualTo(new Hierarchy(Path.of("/sys/fs/cgroup/unified"), Set.of(), true));
    }

    @Test
    void spacesInPathsAreRead() {
        assertThat(Hierarchy.parse(List.of(OLD.replace("/memory rw", "/me\\040mory rw")))
                        .getFirst()
                        .mount())
                .isEqualTo(Path.of("/sys/fs/cgroup/me mory"));
    }

    @Test
    void theVersionIsSaid() {
        assertThat(cgroups(OLD, PAIR).version()).isEqualTo("version 1");
        assertThat(cgroups(OLD, NEW).version()).isEqualTo("hybrid: version 1 limits");
        assertThat(cgroups(NEW).version()).isEqualTo("version 2");
        assertThat(cgroups().version()).isEqualTo("not mounted");
    }

    @Test
    void theAgentReadsEachOldControllerInAFolderOfItsName() {
        assertThat(cgroups(OLD, PAIR, NEW).readable("id"))
                .containsEntry("memory", Path.of("/sys/fs/cgroup/memory/sandjar/id"))
                .containsEntry("cpuacct", Path.of("/sys/fs/cgroup/cpu,cpuacct/sandjar/id"))
                .doesNotContainKey("");
    }

    @Test
    void theAgentReadsVersionTwoInOneFolder() {
        var unified = new Hierarchy(Path.of("/sys/fs/cgroup"), Set.of("memory", "cpu", "pids"), true);
        assertThat(new Cgroups(List.of(unified)).readable("id")).containsOnlyKeys("");
    }

    private static Cgroups cgroups(String... lines) {
        return new Cgroups(Hierarchy.parse(List.of(lines)));
    }
}
