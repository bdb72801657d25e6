package dev.sandjar.compat.kubebox;

import dev.sandjar.compat.kubebox.error.ConnectionLostException;
import dev.sandjar.compat.kubebox.error.KubeboxException;
import dev.sandjar.compat.kubebox.error.RefusedException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** Makes a session's lost connection anew while streams are under way, or ends them when that does not work within the limit. */
final class Reconnecting {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final Set<Integer> FINAL = Set.of(400, 403, 404);

    private final String sessionId;
    private final Duration limit;
    private final Streams streams;
    private final SessionLink link;
    private final AtomicBoolean busy = new AtomicBoolean();

    Reconnecting(String sessionId, Duration limit, Streams streams, SessionLink link) {
        this.sessionId = sessionId;
        this.limit = limit;
        this.streams = streams;
        this.link = link;
    }

    void ifNeeded() {
        if (!streams.isEmpty() && !link.isConnected() && busy.compareAndSet(false, true)) {
            Thread.ofVirtual().name("kubebox-reconnect-" + sessionId).start(() -> {
                reconnect();
                busy.set(false);
                ifNeeded(); // lost again in between
            });
        }
    }

    private void reconnect() {
        long end = System.nanoTime() + limit.toNanos();
        Duration pause = FIRST_PAUSE;
        try {
            while (!streams.isEmpty()) {
                try {
                    link.open();
                    return;
                } catch (KubeboxException e) {
                    if (isFinal(e) || end - System.nanoTime() < pause.toNanos()) {
                        giveUp(e);
                        return;
                    }
                }
                if (link.awaitClosed(pause)) {
                    return;
                }
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
            }
        } catch (InterruptedException never) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * What another attempt would not change. A proxy says 502 while a server starts, a server 429 when all come back at once, and 401 to a clock that
     * is behind when it has just started: who has streams was let in before.
     */
    private static boolean isFinal(KubeboxException e) {
        return e instanceof RefusedException refused && FINAL.contains(refused.status());
    }

    private void giveUp(KubeboxException why) {
        streams.failAll(processId -> new ConnectionLostException(
                "the connection was lost while process " + processId + " ran, and did not come back: "
                        + why.getMessage(),
                "what came until here is right; ask checkStatus whether the process still runs",
                why));
    }
}
