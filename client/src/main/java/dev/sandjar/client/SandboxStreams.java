package dev.sandjar.client;

import dev.sandjar.SandboxId;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.concurrent.ConcurrentHashMap;

/** The streams of a server's sandboxes. One that nobody uses is kept for a while, since who has run a command often runs another. */
final class SandboxStreams implements AutoCloseable {
    private static final int MOST_IDLE = 32;

    private final Server server;
    private final Map<SandboxId, SandboxStream> streams = new ConcurrentHashMap<>();
    private final SequencedSet<SandboxId> idle =
            new LinkedHashSet<>(); // the one that was used last at its end; guarded by itself

    SandboxStreams(Server server) {
        this.server = server;
    }

    /** Makes a channel. */
    interface Maker<T extends StreamChannel> {
        T make(SandboxStream stream, int channel);
    }

    /**
     * Opens a channel.
     *
     * @throws dev.sandjar.SandboxException the server cannot be reached, or refuses
     */
    <T extends StreamChannel> T open(SandboxId sandbox, Maker<T> maker) {
        while (true) {
            SandboxStream stream = streams.computeIfAbsent(
                    sandbox, id -> new SandboxStream(server, ServerSandbox.at(id, "stream"), () -> rest(id)));
            Optional<T> opened = stream.open(channel -> maker.make(stream, channel));
            if (opened.isPresent()) {
                return opened.get();
            }
            streams.remove(sandbox, stream); // it was closed just now
        }
    }

    /** A channel of it is over. */
    private void rest(SandboxId sandbox) {
        Optional<SandboxId> surplus;
        synchronized (idle) {
            idle.remove(sandbox);
            idle.addLast(sandbox);
            surplus = idle.size() > MOST_IDLE ? Optional.of(idle.removeFirst()) : Optional.empty();
        }
        surplus.ifPresent(this::closeIfIdle);
    }

    private void closeIfIdle(SandboxId sandbox) {
        SandboxStream stream = streams.get(sandbox);
        if (stream != null && stream.closeIfIdle()) {
            streams.remove(sandbox, stream);
        }
    }

    @Override
    public void close() {
        streams.values().forEach(SandboxStream::close);
    }
}
