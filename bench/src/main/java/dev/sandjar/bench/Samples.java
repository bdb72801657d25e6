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

    /** Both in turn, A B A B, so that the machine's moods strike both alike. */
    static Samples[] inTurn(int warmUp, int count, Work one, Work other) throws Exception {
        long[] first = new long[count];
        long[] second = new long[count];
        for (int i = -warmUp; i < count; i++) {
            long a = time(one);
            long b = time(other);
            if (i >= 0) {
                first[i] = a;
                second[i] = b;
            }
        }
        return new Samples[] {new Samples(first), new Samples(second)};
    }

    static Samples of(int warmUp, int count, Work work) throws Exception {
        return inTurn(warmUp, count, work, () -> {})[0];
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
