package dev.sandjar.oci;

import java.util.ArrayDeque;
import java.util.Deque;

/** What is to be undone, newest first, unless all went well. */
final class Undo implements AutoCloseable {
    /** Takes one step back. */
    interface Step {
        void run() throws Exception;
    }

    private final Deque<Step> steps = new ArrayDeque<>();

    void onFailure(Step step) {
        steps.push(step);
    }

    void keep() {
        steps.clear();
    }

    /** Goes on when a step fails; try-with-resources keeps the first failure on top. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted(); // what was begun is undone all the same
        RuntimeException failed = null;
        while (!steps.isEmpty()) {
            try {
                steps.pop().run();
            } catch (Exception e) {
                failed = failed == null ? new IllegalStateException("a failed create could not be undone", e) : failed;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failed != null) {
            throw failed;
        }
    }
}
