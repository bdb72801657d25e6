package dev.sandjar.engine.lifecycle;

import dev.sandjar.SandboxId;
import dev.sandjar.SandboxInfo;
import dev.sandjar.SandboxPage;
import dev.sandjar.SandboxState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** The sandboxes this engine knows: by id, and by owner with the newest first. */
public final class Registry {
    private record Age(Instant createdAt, SandboxId id) {}

    private static final Comparator<Age> NEWEST_FIRST = Comparator.comparing(Age::createdAt)
            .reversed()
            .thenComparing(age -> age.id().value());

    private final Map<SandboxId, LiveSandbox> byId = new ConcurrentHashMap<>();
    private final Map<String, ConcurrentSkipListMap<Age, LiveSandbox>> byOwner = new ConcurrentHashMap<>();

    public Optional<LiveSandbox> find(SandboxId id) {
        return Optional.ofNullable(byId.get(id));
    }

    public Collection<LiveSandbox> all() {
        return List.copyOf(byId.values());
    }

    /** Page and total are of one look through them. */
    public SandboxPage page(String owner, Set<SandboxState> states, int offset, int limit) {
        var mine = byOwner.get(owner);
        if (mine == null) {
            return new SandboxPage(List.of(), 0);
        }
        var page = new ArrayList<SandboxInfo>();
        int total = 0;
        for (LiveSandbox sandbox : mine.values()) {
            if (states.contains(sandbox.state())) {
                if (total >= offset && page.size() < limit) {
                    SandboxInfo info = sandbox.info();
                    if (!states.contains(info.state())) {
                        continue; // it changed just now
                    }
                    page.add(info);
                }
                total++;
            }
        }
        return new SandboxPage(page, total);
    }

    public Map<SandboxState, Integer> counts() {
        var counts = new EnumMap<SandboxState, Integer>(SandboxState.class);
        byId.values().forEach(sandbox -> counts.merge(sandbox.state(), 1, Integer::sum));
        return counts;
    }

    /** Returns false when another thread was faster. */
    boolean add(LiveSandbox sandbox) {
        if (byId.putIfAbsent(sandbox.id(), sandbox) != null) {
            return false;
        }
        index(sandbox);
        return true;
    }

    void remove(LiveSandbox sandbox) {
        byId.remove(sandbox.id(), sandbox);
        unindex(sandbox);
    }

    /** To be called around a change of owner or age. */
    void index(LiveSandbox sandbox) {
        byOwner.computeIfAbsent(sandbox.record().owner(), _ -> new ConcurrentSkipListMap<>(NEWEST_FIRST))
                .put(age(sandbox), sandbox);
    }

    void unindex(LiveSandbox sandbox) {
        var mine = byOwner.get(sandbox.record().owner());
        if (mine != null) {
            mine.remove(age(sandbox));
        }
    }

    private static Age age(LiveSandbox sandbox) {
        return new Age(sandbox.record().createdAt(), sandbox.id());
    }
}
