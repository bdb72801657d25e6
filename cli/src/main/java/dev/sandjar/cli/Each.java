package dev.sandjar.cli;

import dev.sandjar.Sandbox;
import dev.sandjar.Sandboxes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import picocli.CommandLine;

/** The same for several sandboxes. One that fails is told and does not keep the others from it. */
final class Each {
    private static final int AT_ONCE = 8; // more only wait for the same kernel locks

    private Each() {}

    /**
     * Does it to each.
     *
     * @return 0, or the exit code of the last one that failed
     */
    static int sandbox(Sandboxes sandboxes, List<String> ids, Consumer<Sandbox> action, CommandLine verb)
            throws InterruptedException {
        return of(ids, id -> action.accept(Place.find(sandboxes, id)), verb);
    }

    /** As {@link #sandbox}, with the ids as they are. */
    static int of(List<String> ids, Consumer<String> action, CommandLine verb) throws InterruptedException {
        var results = new ArrayList<Future<?>>();
        try (var threads =
                Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory())) {
            for (String id : ids) {
                results.add(threads.submit(() -> action.accept(id)));
            }
        }
        int code = 0;
        for (Future<?> result : results) {
            try {
                result.get();
            } catch (ExecutionException e) {
                code = Complaints.tell(e.getCause() instanceof Exception cause ? cause : e, verb);
            }
        }
        return code;
    }
}
