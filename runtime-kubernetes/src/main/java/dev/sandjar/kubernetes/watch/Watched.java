package dev.sandjar.kubernetes.watch;

import dev.sandjar.runtime.Deadline;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * All objects of one kind that are ours, by name: what a watch said, and what our own writes were answered with, whichever is newer.
 * Whoever waits for one is woken by every change of it.
 *
 * @param <T> their kind
 */
public final class Watched<T extends HasMetadata> implements ResourceEventHandler<T> {
    private static final int REMEMBERED = 10_000;

    private final Map<String, T> objects = new ConcurrentHashMap<>();
    private final Set<String> deleted = Collections.synchronizedSet(Collections.newSetFromMap(new Forgetful())); // uids
    private final Map<String, List<Semaphore>> waiting = new ConcurrentHashMap<>();

    private final UnaryOperator<T> kept;
    private volatile Consumer<T> listener = _ -> {};
    private volatile Supplier<Set<String>> names = Set::of;
    private final CountDownLatch listed = new CountDownLatch(1);

    /** @param kept makes what is kept of an object */
    public Watched(UnaryOperator<T> kept) {
        this.kept = kept;
    }

    /** Whom every change is told that the watch tells, whoever made it. Must not wait. */
    public void tell(Consumer<T> whom) {
        listener = whom;
    }

    /** Where the names of all are that the watch has listed. */
    public void listedBy(Supplier<Set<String>> watch) {
        names = watch;
    }

    /** Waits until all that the watch has listed first is here; false when time is up. The watch itself says so before it has told of each. */
    public boolean awaitList(Duration limit) throws InterruptedException {
        return listed.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** By name. */
    public Optional<T> get(String name) {
        return Optional.ofNullable(objects.get(name));
    }

    /** All of them, as they are while one looks. */
    public Collection<T> all() {
        return objects.values();
    }

    /** Takes an answer of the API server in, so that a look after a write sees it. */
    public void wrote(T object) {
        objects.compute(
                object.getMetadata().getName(),
                (_, had) -> deleted.contains(uid(object)) // an answer that was overtaken by the watch
                                || (had != null && version(had) > version(object))
                        ? had
                        : kept.apply(object));
        changed(object);
    }

    /** Takes in that the API server has it no more. */
    public void removed(T object) {
        objects.compute(object.getMetadata().getName(), (_, had) -> {
            deleted.add(uid(object));
            return had == null || uid(had).equals(uid(object)) ? null : had;
        });
        changed(object);
    }

    /** Waits until what is there satisfies somebody; empty when time is up. */
    public Optional<Seen<T>> await(String name, Predicate<Optional<T>> enough, Deadline deadline)
            throws InterruptedException {
        var change = new Semaphore(0);
        waiting.computeIfAbsent(name, _ -> new CopyOnWriteArrayList<>()).add(change);
        try {
            while (true) {
                change.drainPermits();
                Optional<T> now = get(name);
                if (enough.test(now)) {
                    return Optional.of(new Seen<>(now));
                }
                if (!change.tryAcquire(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
                    return Optional.empty();
                }
            }
        } finally {
            waiting.computeIfPresent(name, (_, all) -> {
                all.remove(change);
                return all.isEmpty() ? null : all;
            });
        }
    }

    /**
     * What was there when somebody was satisfied.
     *
     * @param object empty when it was gone
     */
    public record Seen<T>(Optional<T> object) {}

    @Override
    public void onAdd(T object) {
        wrote(object);
        listener.accept(object);
    }

    @Override
    public void onUpdate(T had, T object) {
        wrote(object);
        listener.accept(object);
    }

    @Override
    public void onDelete(T object, boolean lastStateUnknown) {
        removed(object);
        listener.accept(object);
    }

    /** A watch that was away tells nothing of what came by our own writes and went meanwhile. */
    @Override
    public void onList(String listVersion, boolean empty) {
        Set<String> there = names.get();
        for (T object : objects.values()) {
            if (!there.contains(object.getMetadata().getName()) && version(object) <= number(listVersion)) {
                removed(object);
                listener.accept(object);
            }
        }
        listed.countDown();
    }

    private void changed(T object) {
        List<Semaphore> some = waiting.get(object.getMetadata().getName());
        if (some != null) {
            some.forEach(Semaphore::release);
        }
    }

    private static final class Forgetful extends LinkedHashMap<String, Boolean> {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    }

    private static String uid(HasMetadata object) {
        return object.getMetadata().getUid();
    }

    private static long version(HasMetadata object) {
        return number(object.getMetadata().getResourceVersion());
    }

    private static long number(@Nullable String version) {
        return version != null && version.matches("[0-9]{1,18}")
                ? Long.parseLong(version)
                : 0; // others compare as equal: the later one wins
    }
}
