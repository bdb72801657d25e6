package dev.sandjar.server.auth;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What one key has used up, for as long as it could be sent again. */
final class Nonces {
    private static final int MOST = 100_000;
    private static final long STEP = 10_000; // ms

    /** Half of a digest: what strangers choose would take more room. */
    record Nonce(long high, long low) {}

    /** What became of one. */
    enum Use {
        FRESH,
        USED,
        NO_ROOM
    }

    private final long window;
    private final Map<Long, Set<Nonce>> steps = new TreeMap<>(); // guarded by this, as all below
    private int count;

    /** @param window how many milliseconds a request's time may be from ours */
    Nonces(long window) {
        this.window = window;
    }

    /** @param time of the request, which is in the window */
    synchronized Use use(Nonce nonce, long time, long now) {
        forgetBefore((now - window) / STEP);
        Set<Nonce> step = steps.computeIfAbsent(time / STEP, _ -> new HashSet<>());
        if (step.contains(nonce)) {
            return Use.USED;
        }
        if (count == MOST) {
            return Use.NO_ROOM;
        }
        step.add(nonce);
        count++;
        return Use.FRESH;
    }

    private void forgetBefore(long first) {
        steps.entrySet().removeIf(step -> {
            boolean old = step.getKey() < first;
            count -= old ? step.getValue().size() : 0;
            return old;
        });
    }
}
