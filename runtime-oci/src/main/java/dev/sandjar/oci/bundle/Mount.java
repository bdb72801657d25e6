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

    /** Something of the host that may be written. */
    public static Mount writable(String source, String destination) {
        return new Mount(destination, "bind", source, List.of("bind", "rw", "nosuid", "nodev", "noexec"));
    }

    Map<String, Object> json() {
        return Map.of("destination", destination, "type", type, "source", source, "options", options);
    }
}
