package dev.sandjar.client;

import dev.sandjar.Ending;
import dev.sandjar.Output;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A follower as an iterator. */
final class OutputIterator implements Iterator<Output> {
    private final OutputFollower follower;
    private final Consumer<Ending> whenEnded;
    private @Nullable Output next;

    OutputIterator(OutputFollower follower, Consumer<Ending> whenEnded) {
        this.follower = follower;
        this.whenEnded = whenEnded;
    }

    @Override
    public boolean hasNext() {
        if (next == null) {
            next = follower.next();
            follower.ending().ifPresent(whenEnded);
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
