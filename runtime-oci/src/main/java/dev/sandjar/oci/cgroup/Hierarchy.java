package dev.sandjar.oci.cgroup;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One mounted tree of control groups.
 *
 * @param mount where it is
 * @param controllers what it limits: names such as {@code memory}; of version 2 those that its root offers
 * @param unified whether it is version 2
 */
record Hierarchy(Path mount, Set<String> controllers, boolean unified) {
    private static final int MOUNT_POINT = 4; // fields of proc_pid_mountinfo(5)
    private static final int TYPE = 0; // behind the lone dash
    private static final int SUPER_OPTIONS = 2;

    /** Reads the trees out of {@code /proc/self/mountinfo}; those of version 2 have no controllers in it. */
    static List<Hierarchy> parse(List<String> mountinfo) {
        var found = new ArrayList<Hierarchy>();
        for (String line : mountinfo) {
            String[] halves = line.split(" - ", 2);
            if (halves.length < 2) {
                continue;
            }
            String[] left = halves[0].split(" ");
            String[] right = halves[1].split(" ");
            if (right[TYPE].startsWith("cgroup")) {
                boolean unified = right[TYPE].equals("cgroup2");
                found.add(new Hierarchy(
                        Path.of(unescape(left[MOUNT_POINT])),
                        unified ? Set.of() : Set.of(right[SUPER_OPTIONS].split(",")),
                        unified));
            }
        }
        return found;
    }

    private static String unescape(String path) {
        return path.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }
}
