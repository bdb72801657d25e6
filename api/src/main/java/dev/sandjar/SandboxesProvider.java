package dev.sandjar;

import java.util.Map;

/** Serves one kind of place; found by {@link java.util.ServiceLoader}. For implementers of this package. */
public interface SandboxesProvider {
    /**
     * Whether {@link #open} knows this scheme.
     *
     * @param scheme what stands before the colon, such as {@code local} or {@code https}
     * @return whether it does
     */
    boolean serves(String scheme);

    /**
     * Opens a place.
     *
     * @param place as the caller wrote it
     * @param options as the caller gave them
     * @return the place
     */
    Sandboxes open(String place, Map<String, String> options);
}
