package dev.sandjar.runtime;

/** Powers of a runtime beyond the plain life cycle. With one, the contract tests check its effect; without, the exact refusal. */
public enum Capability {
    /** {@link SandboxRuntime#freeze} and {@link SandboxRuntime#thaw} keep the processes. */
    FREEZE,
    /** {@link SandboxRuntime#stop} and {@link SandboxRuntime#start} keep the workspace. */
    STOP,
    /** Sandboxes and their commands live on while no runtime is open, and {@link SandboxRuntime#inventory} finds them. */
    SURVIVES_RESTART,
    /** Memory over the spec's limit is refused by the kernel, inside the sandbox. */
    MEMORY_LIMIT,
    /** Processor time over the spec's limit is not given. */
    CPU_LIMIT,
    /** More processes than the spec's limit cannot be started. */
    PROCESS_LIMIT,
    /** Files over the spec's limit cannot be written; without it, a spec that names {@code disk} is refused. */
    DISK_LIMIT,
    /** A sandbox without network reaches nothing but its own loopback. */
    CLOSED_NETWORK,
    /** {@code Network.OUTBOUND} is possible. */
    OUTBOUND_NETWORK
}
