package dev.sandjar.compat.kubebox;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandjar.compat.kubebox.error.KubeboxException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;

/** The streams of a session that are under way, and how far each has come. They outlive the connection that they came by. */
final class Streams {
    private final Settings settings;
    private final Map<Long, Followed> followed = new ConcurrentHashMap<>();

    /** A connection that is lost may still have something to tell while there is another. */
    private final ReentrantLock telling = new ReentrantLock(true);

    private volatile boolean numbered;

    private record Followed(Backlog backlog, Position position) {}

    Streams(Settings settings) {
        this.settings = settings;
    }

    boolean isEmpty() {
        return followed.isEmpty();
    }

    List<Long> processes() {
        return List.copyOf(followed.keySet());
    }

    /** Whether the server is known to number its output. */
    boolean areNumbered() {
        return numbered;
    }

    /** What a server that numbers says of a process, and kubebox's own does not. */
    void lookAt(JsonNode status) {
        numbered |= status.has("process_id");
    }

    Backlog begin(long processId) {
        var backlog = new Backlog(processId, settings.stallLimit());
        followed.put(processId, new Followed(backlog, new Position()));
        return backlog;
    }

    /** By another connection: from where. Where the server has no numbers, it is told that something may be missing. */
    OptionalLong goOn(long processId) {
        Followed stream = followed.get(processId);
        if (stream == null) {
            return OptionalLong.empty();
        }
        if (!numbered) {
            stream.backlog().gap("the connection was lost, and this server keeps nothing for one that comes back");
            return OptionalLong.empty();
        }
        telling.lock();
        try {
            return OptionalLong.of(stream.position().resumeAt());
        } finally {
            telling.unlock();
        }
    }

    /** Waits while its reader is slow. */
    void output(JsonNode payload) {
        Followed stream = followed.get(processId(payload));
        if (stream == null) {
            return; // it was closed here
        }
        telling.lock();
        try {
            numbered |= Position.isNumbered(payload);
            CommandOutput.Type type = type(payload);
            if (!stream.position().passes(type, payload)) {
                return;
            }
            String text = payload.path("output").asText();
            if (payload.path("lost").asLong() > 0) {
                stream.backlog().gap(text.strip());
            } else {
                stream.backlog().add(new CommandOutput(settings.shown(text), type, processId(payload)));
            }
        } finally {
            telling.unlock();
        }
    }

    private static CommandOutput.Type type(JsonNode payload) {
        return payload.path("type").asText().equals("stderr") ? CommandOutput.Type.STDERR : CommandOutput.Type.STDOUT;
    }

    void exit(JsonNode payload) {
        long processId = processId(payload);
        telling.lock(); // after all that was told before it
        try {
            Followed stream = followed.remove(processId);
            if (stream != null) {
                stream.backlog().end(new CommandExit(payload.path("exit_code").asInt(), processId));
            }
        } finally {
            telling.unlock();
        }
    }

    private static long processId(JsonNode payload) {
        return payload.path("process_id").asLong();
    }

    /** False when there is none. */
    boolean fail(long processId, KubeboxException why) {
        Followed stream = followed.remove(processId);
        if (stream == null) {
            return false;
        }
        stream.backlog().fail(why);
        return true;
    }

    void failAll(LongFunction<KubeboxException> why) {
        processes().forEach(processId -> fail(processId, why.apply(processId)));
    }

    /** That one, and none of the same number that came later. */
    void remove(long processId, Backlog backlog) {
        followed.computeIfPresent(processId, (_, there) -> there.backlog() == backlog ? null : there);
    }
}
