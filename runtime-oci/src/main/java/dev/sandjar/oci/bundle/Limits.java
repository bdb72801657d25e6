package dev.sandjar.oci.bundle;

import dev.sandjar.SandboxSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a sandbox may use.
 *
 * @param memory bytes
 * @param cpu processors
 * @param pids processes and threads
 */
public record Limits(long memory, double cpu, int pids) {
    /** Of a spec that names none. */
    public static final Limits DEFAULT = new Limits(512L << 20, 1, 256);

    private static final long PERIOD = 100_000; // microseconds; the kernel's own default
    private static final long SOCKETS = 8; // one part of so many of the memory
    private static final long SHORTEST_QUOTA = 1_000; // the kernel takes nothing shorter

    /** The spec's, and the default where it has none. */
    public static Limits of(SandboxSpec spec) {
        return new Limits(
                spec.memory().orElse(DEFAULT.memory),
                spec.cpu().orElse(DEFAULT.cpu),
                spec.pids().orElse(DEFAULT.pids));
    }

    /** Bytes in the buffers of TCP and UDP sockets: besides memory where the kernel does not count them to it. */
    public long sockets() {
        return memory / SOCKETS;
    }

    /** The {@code linux.resources}, as far as this machine can enforce them. */
    Map<String, Object> json(Enforceable can) {
        var resources = new LinkedHashMap<String, Object>();
        if (can.memory()) {
            // memory and swap together: with the same value there is no swap
            resources.put("memory", can.swap() ? Map.of("limit", memory, "swap", memory) : Map.of("limit", memory));
        }
        if (can.cpu()) {
            long quota = Math.max(SHORTEST_QUOTA, Math.round(cpu * PERIOD));
            resources.put("cpu", Map.of("quota", quota, "period", PERIOD));
        }
        if (can.pids()) {
            resources.put("pids", Map.of("limit", pids + can.ownThreads()));
        }
        resources.put("devices", List.of(Map.of("allow", false, "access", "rwm")));
        return resources;
    }

    /**
     * Which limits a machine's control groups have.
     *
     * @param memory bytes
     * @param swap swap counted into memory
     * @param cpu processors
     * @param pids processes
     * @param namespace control groups can be hidden
     * @param ownThreads threads that the OCI runtime needs beside the sandbox's
     */
    public record Enforceable(
            boolean memory, boolean swap, boolean cpu, boolean pids, boolean namespace, int ownThreads) {}
}
