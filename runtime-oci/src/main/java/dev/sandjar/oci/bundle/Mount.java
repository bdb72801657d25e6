package dev.sandjar.oci.bundle;

import java.util.List;
import java.util.Map;

/**
 * One mount in a sandbox.
 *
 * @param destination absolute path inside
 * @param type of the filesystem; {@code bind} for what the host has
 * @param source a path of the host, or the name of the filesystem
 * @param options as in {@code mount(8)}
 */
public record Mount(String destination, String type, String source, List<String> options) {
    /** Something of the host, to be read and not written, without its set-user-id bits and devices. */
    public static Mount readOnly(String source, String destination) {
        return new Mount(destination, "bind", source, List.of("bind", "ro", "nosuid", "nodev"));
    }

    /** How a sandbox sees folders of the host that it may only read. */
    public interface View {
        /** The host's own inodes: inotify tells what others do with the files, and locks on them reach others. */
        View SHARED = Mount::readOnly;

        /** One folder. */
        Mount of(String source, String destination);

        /**
         * Inodes of the sandbox's own, by overlayfs: it is alone with what it watches and locks.
         *
         * @param empty an empty folder that everybody may list: without a writable layer, overlayfs wants two
         */
        static View own(String empty) {
            return (source, destination) -> new Mount(
                    destination,
                    "overlay",
                    "overlay",
                    List.of("ro", "nosuid", "nodev", "lowerdir=" + escape(source) + ":" + escape(empty)));
        }
    }

    private static String escape(String path) {
        return path.replaceAll("[\\\\:,]", "\\\\$0");
    }

    /** A {@code /dev} that the OCI runtime fills, with this machine's own device nodes where the sandbox has users of its own. */
    public static Mount sharedDevices() {
        return new Mount("/dev", "tmpfs", "tmpfs", List.of("nosuid", "noexec", "strictatime", "mode=755", "size=64k"));
    }

    /** A {@code /dev} that is ready. */
    public static Mount devices(String folder) {
        return new Mount("/dev", "bind", folder, List.of("bind", "ro", "nosuid", "noexec"));
    }

    /** Something of the host that may be written. */
    public static Mount writable(String source, String destination) {
        return new Mount(destination, "bind", source, List.of("bind", "rw", "nosuid", "nodev", "noexec"));
    }

    Map<String, Object> json() {
        return Map.of("destination", destination, "type", type, "source", source, "options", options);
    }
}
