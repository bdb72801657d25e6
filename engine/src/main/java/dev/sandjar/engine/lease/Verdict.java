package dev.sandjar.engine.lease;

import java.time.Instant;

/** What becomes of a lease now. */
public sealed interface Verdict {
    /** The sandbox is to be removed. */
    record Reap(String why) implements Verdict {}

    /** Nothing will change before that instant; then look again. */
    record KeepUntil(Instant next) implements Verdict {}
}
