package dev.sandjar.engine.stream;

import dev.sandjar.Output;
import dev.sandjar.engine.link.AgentConnection;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** A follower as an iterator. */
final class OutputIterator implements Iterator<Output> {
    private final OutputFollower follower;
    private @Nullable Output next;

    OutputIterator(OutputFollower follower) {
        this.follower = follower;
    }

    @Override
    public boolean hasNext() {
        if (next == null) {
            try {
                next = follower.next();
            } catch (InterruptedException e) {
                throw AgentConnection.interrupted(e);
            }
        }
        return next != null;
    }

    @Override
    public Output next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException();
        }
        Output taken = next;
        next = null;
        return taken;
    }
}
