package dev.sandjar.runtime;

import java.util.Map;

/** Opens runtimes of one kind; found by {@link java.util.ServiceLoader}. */
public interface SandboxRuntimeProvider {
    /**
     * The scheme that names it in {@code Sandboxes.open}.
     *
     * @return such as {@code local} or {@code kubernetes}
     */
    String scheme();

    /**
     * Opens the runtime.
     *
     * @param options names to values, such as {@code home}; an unknown one is refused with {@code INVALID_ARGUMENT}
     * @return the runtime
     */
    SandboxRuntime open(Map<String, String> options);
}
