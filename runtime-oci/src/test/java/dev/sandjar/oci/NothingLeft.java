package dev.sandjar.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.SandboxId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** After each test there is no process, mount, control group, loop device, user range or folder of a sandbox that was not there before. */
final class NothingLeft implements BeforeEachCallback, AfterEachCallback {
    private static final long PATIENCE = 2_000_000_000L;
    private static final ExtensionContext.Namespace HERE = ExtensionContext.Namespace.create(NothingLeft.class);

    @Override
    public void beforeEach(ExtensionContext test) throws IOException {
        test.getStore(HERE).put("before", residue());
    }

    @Override
    @SuppressWarnings("unchecked")
    public void afterEach(ExtensionContext test) throws IOException {
        if (test.getExecutionException().isPresent()) {
            return; // one failure at a time; the first is the one to read
        }
        var before = (Set<String>) test.getStore(HERE).get("before");
        long end = System.nanoTime() + PATIENCE;
        Set<String> left = left(before);
        while (!left.isEmpty() && System.nanoTime() < end) { // what is already ending
            LockSupport.parkNanos(5_000_000);
            left = left(before);
        }
        assertThat(left).as(test.getDisplayName() + " left behind").isEmpty();
    }

    private static Set<String> left(Set<String> before) throws IOException {
        Set<String> now = residue();
        now.removeAll(before);
        return now;
    }

    private static Set<String> residue() throws IOException {
        var found = new TreeSet<String>();
        String home = TestHome.FOLDER.toString();
        try (Stream<String> mounts = Files.lines(Path.of("/proc/self/mountinfo"))) {
            mounts.filter(line -> line.contains(home))
                    .map(line -> "mount " + line)
                    .forEach(found::add);
        }
        for (Path folder : list(TestHome.FOLDER.resolve("sandboxes"))) {
            found.add("folder " + folder);
        }
        for (Path hierarchy : list(Path.of("/sys/fs/cgroup"))) {
            for (Path group : list(hierarchy.resolve("sandjar"))) {
                if (ours(group.getFileName().toString())) {
                    found.add("cgroup " + group);
                }
            }
        }
        list(TestHome.FOLDER.resolve("ranges")).forEach(one -> found.add("range " + one));
        for (Path loop : list(Path.of("/sys/block"))) {
            Path file = loop.resolve("loop/backing_file");
            if (Files.exists(file) && Files.readString(file).contains(home)) {
                found.add("loop " + loop);
            }
        }
        processes(home, found);
        return found;
    }

    private static void processes(String home, Set<String> found) throws IOException {
        for (Path process : list(Path.of("/proc"))) {
            if (Character.isDigit(process.getFileName().toString().charAt(0))) {
                try {
                    String command = Files.readString(process.resolve("cmdline"));
                    String groups = Files.readString(process.resolve("cgroup"));
                    if (command.contains(home + "/sandboxes") || inOurGroup(groups)) {
                        found.add("process " + process.getFileName() + " " + command.replace('\0', ' '));
                    }
                } catch (IOException gone) {
                    continue;
                }
            }
        }
    }

    private static boolean inOurGroup(String groups) {
        return groups.lines().anyMatch(line -> ours(line.substring(line.lastIndexOf('/') + 1)));
    }

    private static boolean ours(String name) {
        return SandboxId.parse(name).filter(TestHome.BEGUN::contains).isPresent();
    }

    private static Iterable<Path> list(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return Set.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        }
    }
}
