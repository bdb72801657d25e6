package dev.sandjar.engine.link;

import org.jspecify.annotations.Nullable;

/**
 * Memory for what agents were asked and have not answered yet. A sandbox may keep its agent from answering for as long as a request may take, and whoever
 * waits holds what he asks, several times.
 */
@FunctionalInterface
public interface RequestRoom {
    /** For any number, by whomever. */
    RequestRoom UNBOUNDED = (_, _) -> () -> {};

    /**
     * Never waits.
     *
     * @param owner of the sandbox
     * @param bytes of one request, 257 to 262,144
     * @return what gives the room back, run once; null when this owner has his share, and the request is refused ({@code NO_CAPACITY})
     */
    @Nullable
    Runnable take(String owner, int bytes);
}
