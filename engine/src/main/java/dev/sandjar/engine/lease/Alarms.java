package dev.sandjar.engine.lease;

import java.time.Instant;
import java.time.InstantSource;

/** The engine's one clock and scheduler. */
public interface Alarms extends InstantSource, AutoCloseable {
    /** Runs work on a thread of its own at an instant, or at once when that has passed. */
    Alarm at(Instant when, Runnable work);

    @Override
    void close();

    /** Something that will happen. */
    interface Alarm {
        /** Does nothing when it has happened. */
        void cancel();
    }
}
