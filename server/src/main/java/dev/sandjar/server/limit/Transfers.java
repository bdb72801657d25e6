package dev.sandjar.server.limit;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Room for what streams between clients and sandboxes and may stand still: each holds up to half a megabyte then, whatever its client does. A
 * third of the memory at most, in shares.
 */
public final class Transfers {
    /** What one holds: buffers on its way, and what an agent sends before it waits. */
    private static final long EACH = 512 * 1024;

    private static final Shares ROOM = new Shares((int) (Runtime.getRuntime().maxMemory() / 3 / EACH));

    private Transfers() {}

    /** Room for one, until it is closed. */
    public static final class Place implements AutoCloseable {
        private final String owner;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Place(String owner) {
            this.owner = owner;
        }

        @Override
        public void close() {
            if (!closed.getAndSet(true)) {
                ROOM.giveBack(owner, 1);
            }
        }
    }

    /** Empty when this owner has its share. */
    public static Optional<Place> place(String owner) {
        return ROOM.tryTake(owner, 1) ? Optional.of(new Place(owner)) : Optional.empty();
    }

    /** @throws SandboxException {@code RATE_LIMITED}, when this owner has its share */
    public static Place begin(String owner) {
        return place(owner)
                .orElseThrow(() -> new SandboxException(
                        ErrorCode.RATE_LIMITED,
                        "you have as many files under way as there is room for",
                        "end or read some of them, and try again",
                        null));
    }
}
