package dev.sandjar.server.limit;

import org.jspecify.annotations.Nullable;

/** Room for what agents were asked and have not answered yet, in shares: a sixteenth of all memory, of which whoever waits holds three or four times as much. */
public final class Unanswered {
    private static final int UNIT = 1024; // bytes

    private static final Shares ROOM = new Shares((int) (Runtime.getRuntime().maxMemory() / 16 / UNIT));

    private Unanswered() {}

    /** For one request; what gives the room back, or null when this owner has his share. */
    public static @Nullable Runnable take(String owner, int bytes) {
        int units = Math.ceilDiv(bytes, UNIT);
        return ROOM.tryTake(owner, units) ? () -> ROOM.giveBack(owner, units) : null;
    }
}
