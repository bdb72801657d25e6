package dev.sandjar.server.limit;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Room for what streams between clients and sandboxes and may stand still: each holds so much memory then, whatever its client does. A third of
 * all memory at most, in shares.
 */
public final class Transfers {
    private static final long UNIT = 256 * 1024;

    /** What a stream of output holds: buffers on its way, and what an agent sends before it waits. */
    private static final int STREAM = 2;

    /** A file's window is four times as wide. */
    private static final int FILE = 5;

    private static final Shares ROOM = new Shares((int) (Runtime.getRuntime().maxMemory() / 3 / UNIT));

    private Transfers() {}

    /** Room for one, until it is closed. */
    public static final class Place implements AutoCloseable {
        private final String owner;
        private final int units;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Place(String owner, int units) {
            this.owner = owner;
            this.units = units;
        }

        @Override
        public void close() {
            if (!closed.getAndSet(true)) {
                ROOM.giveBack(owner, units);
            }
        }
    }

    /** For a stream that is not read; empty when this owner has its share. */
    public static Optional<Place> stream(String owner) {
        return place(owner, STREAM);
    }

    /**
     * For a file, up or down.
     *
     * @throws SandboxException {@code RATE_LIMITED}, when this owner has its share
     */
    public static Place file(String owner) {
        return place(owner, FILE)
                .orElseThrow(() -> new SandboxException(
                        ErrorCode.RATE_LIMITED,
                        "you have as many files under way as there is room for",
                        "end or read some of them, and try again",
                        null));
    }

    private static Optional<Place> place(String owner, int units) {
        return ROOM.tryTake(owner, units) ? Optional.of(new Place(owner, units)) : Optional.empty();
    }
}
