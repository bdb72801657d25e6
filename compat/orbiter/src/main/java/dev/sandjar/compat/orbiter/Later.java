package dev.sandjar.compat.orbiter;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** Work that waits, on a thread of its own. */
final class Later {
    private Later() {}

    /** Its future; cancelling it interrupts the work. */
    static <T> CompletableFuture<T> run(Callable<T> work) {
        var future = new CompletableFuture<T>();
        Thread thread = Thread.ofVirtual().name("orbiter").unstarted(() -> {
            try {
                future.complete(work.call());
            } catch (Exception e) {
                future.completeExceptionally(e);
            }
        });
        future.whenComplete((_, _) -> {
            if (future.isCancelled()) {
                thread.interrupt();
            }
        });
        thread.start();
        return future;
    }
}
