package dev.sandjar;

import java.util.List;

/**
 * A part of a list of sandboxes.
 *
 * @param sandboxes newest first
 * @param total how many there are in all
 */
public record SandboxPage(List<SandboxInfo> sandboxes, int total) {
    /** Copies. */
    public SandboxPage {
        sandboxes = List.copyOf(sandboxes);
    }
}
