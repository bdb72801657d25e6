package dev.sandjar.engine.lease;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Real time, told by the monotonic clock from the wall clock's reading at the start: a clock that somebody sets in between neither ends
 * leases early nor prolongs them.
 */
public final class SystemAlarms implements Alarms {
    private final Instant startedAt = Instant.now();
    private final long startedNanos = System.nanoTime();
    private final ScheduledThreadPoolExecutor timer;

    public SystemAlarms() {
        timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("alarms").daemon().factory());
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        timer.setRejectedExecutionHandler(
                new ThreadPoolExecutor.DiscardPolicy()); // once closed, nothing happens any more
    }

    @Override
    public Instant instant() {
        return startedAt.plusNanos(System.nanoTime() - startedNanos);
    }

    @Override
    public Alarm at(Instant when, Runnable work) {
        long delay = Math.max(0, TimeUnit.NANOSECONDS.convert(Duration.between(instant(), when))); // 292 years at most
        var task = timer.schedule(() -> Thread.ofVirtual().name("alarm").start(work), delay, TimeUnit.NANOSECONDS);
        return () -> task.cancel(false);
    }

    @Override
    public void close() {
        timer.shutdown();
    }
}
