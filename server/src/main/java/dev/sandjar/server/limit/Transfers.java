package dev.sandjar.server.limit;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Room for what streams between clients and sandboxes and may stand still: each holds so much memory then, whatever its client does; and for what cannot
 * stream and is held whole. A third of all memory at most, in shares.
 */
public final class Transfers {
    private static final long UNIT = 256 * 1024;

    /** What stands still, and how many units it holds then: buffers on its way, and what an agent sends before it waits. */
    public enum Kind {
        /** Output, or a list. */
        STREAM(2),
        /** Output of one of many commands that share a connection, and its buffers. */
        OUTPUT(1),
        /** A list that is made as a whole: the values, and their text. */
        LIST(16),
        /** A file, up or down, whose window is four times as wide. */
        FILE(5),
        /** A channel of SSH: what its client sends ahead, and what the agent does. */
        CHANNEL(5);

        private final int units;

        Kind(int units) {
            this.units = units;
        }
    }

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

    /** Room for what is held whole, which grows with it, until it is closed. For one thread. */
    public static final class Room implements AutoCloseable {
        private final String owner;
        private long bytes;
        private int units;

        /** Nothing yet. */
        public Room(String owner) {
            this.owner = owner;
        }

        /**
         * For so many bytes more.
         *
         * @throws SandboxException {@code RATE_LIMITED}, when this owner has its share
         */
        public void hold(long more) {
            int needed = (int) Math.ceilDiv(bytes + more, UNIT);
            if (needed > units && !ROOM.tryTake(owner, needed - units)) {
                throw full();
            }
            bytes += more;
            units = needed;
        }

        @Override
        public void close() {
            ROOM.giveBack(owner, units);
            units = 0;
            bytes = 0;
        }
    }

    /** Empty when this owner has its share. */
    public static Optional<Place> place(Kind kind, String owner) {
        return ROOM.tryTake(owner, kind.units) ? Optional.of(new Place(owner, kind.units)) : Optional.empty();
    }

    /** @throws SandboxException {@code RATE_LIMITED}, when this owner has its share */
    public static Place begin(Kind kind, String owner) {
        return place(kind, owner).orElseThrow(Transfers::full);
    }

    private static SandboxException full() {
        return new SandboxException(
                ErrorCode.RATE_LIMITED,
                "you have as many files and streams under way as there is room for",
                "end or read some of them, and try again",
                null);
    }
}
