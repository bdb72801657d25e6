package dev.sandjar.oci;

import java.util.ArrayDeque;
import java.util.Deque;

/** What a long job has made so far: taken back newest first when it fails, kept when it says so. The first failure is never hidden. */
final class Undo implements AutoCloseable {
    private final Deque<Step> steps = new ArrayDeque<>();

    /** Takes one thing back. */
    interface Step {
        void run() throws Exception;
    }

    void onFailure(Step step) {
        steps.push(step);
    }

    void keep() {
        steps.clear();
    }

    /** Not stopped by an interruption: that is one of the things that it cleans up after. */
    @Override
    public void close() throws UndoFailure {
        boolean interrupted = Thread.interrupted();
        UndoFailure failure = null;
        while (!steps.isEmpty()) {
            try {
                steps.pop().run();
            } catch (Exception e) {
                if (failure == null) {
                    failure = new UndoFailure(e);
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Something could not be taken back; the next inventory will try again. */
    static final class UndoFailure extends RuntimeException {
        UndoFailure(Exception cause) {
            super("cleaning up after a failed create", cause);
        }
    }
}
