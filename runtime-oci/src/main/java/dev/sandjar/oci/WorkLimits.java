package dev.sandjar.oci;

import dev.sandjar.runtime.LimitOptions;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * How long work may take here that has no deadline from above.
 *
 * @param pull of an image, when it is no part of a create (limit "pull")
 * @param cleanup of what a failed create has left (limit "cleanup")
 * @param doctor of trying one OCI runtime (limit "doctor")
 */
record WorkLimits(Duration pull, Duration cleanup, Duration doctor) {
    /** Their options. */
    static final Set<String> NAMES =
            Set.of(LimitOptions.name("pull"), LimitOptions.name("cleanup"), LimitOptions.name("doctor"));

    /** When nothing is said. */
    static final WorkLimits DEFAULT = read(Map.of(), Map.of());

    static WorkLimits read(Map<String, String> options, Map<String, String> environment) {
        return new WorkLimits(
                LimitOptions.read("pull", Duration.ofMinutes(30), options, environment),
                LimitOptions.read("cleanup", Duration.ofSeconds(30), options, environment),
                LimitOptions.read("doctor", Duration.ofSeconds(20), options, environment));
    }
}
