package dev.sandjar.server.door.rest;

import dev.sandjar.SandboxId;
import dev.sandjar.SandboxInfo;
import dev.sandjar.SandboxPage;
import dev.sandjar.SandboxState;
import dev.sandjar.Sandboxes;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The sessions that this API lists, and counts: those that are running or paused. One that has failed is told by its own path alone. */
final class ActiveSessions {
    private static final int LARGEST_PAGE = 100;
    private static final int MOST_LOOKS = 5; // who removes without end gets what there was at one of them

    private ActiveSessions() {}

    /** A page of them; the total is of them alone. */
    static SandboxPage page(Sandboxes sandboxes, int offset, int limit) {
        Collection<SandboxInfo> all = all(sandboxes);
        List<SandboxInfo> page = all.stream().skip(offset).limit(limit).toList();
        return new SandboxPage(page, all.size());
    }

    /** One that is removed meanwhile moves the others to where we have looked already: then this looks again. */
    private static Collection<SandboxInfo> all(Sandboxes sandboxes) {
        Map<SandboxId, SandboxInfo> active = new LinkedHashMap<>();
        for (int look = 0; look < MOST_LOOKS; look++) {
            active.clear();
            if (lookedAtAll(sandboxes, active)) {
                break;
            }
        }
        return active.values();
    }

    /** By id, because one that is made meanwhile moves the others to where they are met again. */
    private static boolean lookedAtAll(Sandboxes sandboxes, Map<SandboxId, SandboxInfo> active) {
        int total = 0;
        int from = 0;
        do {
            SandboxPage page = sandboxes.list(from, LARGEST_PAGE);
            if (page.total() < total) {
                return false;
            }
            total = page.total();
            from += LARGEST_PAGE;
            page.sandboxes().stream()
                    .filter(info -> info.state() == SandboxState.RUNNING || info.state() == SandboxState.PAUSED)
                    .forEach(info -> active.put(info.id(), info));
        } while (from < total);
        return true;
    }
}
