package dev.sandjar.bench;

import java.util.Arrays;

/** Times of one thing, in nanoseconds. */
final class Samples {
    /** Something to be timed. */
    interface Work {
        void run() throws Exception;
    }

    private final long[] nanos;

    Samples(long[] nanos) {
        this.nanos = nanos;
        Arrays.sort(nanos);
    }

    /** All in turn, A B A B, so that the machine's moods strike all alike. */
    static Samples[] inTurn(int warmUp, int count, Work... works) throws Exception {
        long[][] nanos = new long[works.length][count];
        for (int i = -warmUp; i < count; i++) {
            for (int which = 0; which < works.length; which++) {
                long taken = time(works[which]);
                if (i >= 0) {
                    nanos[which][i] = taken;
                }
            }
        }
        return Arrays.stream(nanos).map(Samples::new).toArray(Samples[]::new);
    }

    static Samples of(int warmUp, int count, Work work) throws Exception {
        return inTurn(warmUp, count, work)[0];
    }

    static long time(Work work) throws Exception {
        long start = System.nanoTime();
        work.run();
        return System.nanoTime() - start;
    }

    double millis(double quantile) {
        return nanos[(int) Math.min(nanos.length - 1, quantile * nanos.length)] / 1e6;
    }

    double p50() {
        return millis(0.5);
    }
}
