package dev.sandjar.client;

import dev.sandjar.FileEvent;
import dev.sandjar.FileWatch;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.Infos;
import dev.sandjar.wire.MalformedFrameException;
import java.io.IOException;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The changes in a folder at a server. What happened during a cut nobody saw: it is told as {@code OVERFLOW}. For one thread, but for close. */
final class ServerWatch implements FileWatch {
    private final Server server;
    private final Call call;
    private final Outage outage;
    private volatile @Nullable FrameStream stream;
    private volatile boolean closed;
    private @Nullable FileEvent next;

    private ServerWatch(Server server, Call call, Outage outage) {
        this.server = server;
        this.call = call;
        this.outage = outage;
    }

    static ServerWatch open(Server server, Call call) {
        var watch = new ServerWatch(server, call, server.outage());
        while (watch.stream == null) {
            try {
                watch.stream = server.frames(call, watch.outage);
                watch.outage.over();
            } catch (IOException e) {
                watch.outage.failed(e);
            }
        }
        return watch;
    }

    @Override
    public boolean hasNext() {
        while (next == null && !closed) {
            try {
                next = receive();
                outage.over();
            } catch (MalformedFrameException e) {
                close();
                throw server.notUnderstood(e);
            } catch (IOException e) {
                drop();
                if (!closed) {
                    outage.failed(e);
                }
            }
        }
        return next != null;
    }

    private FileEvent receive() throws IOException {
        FrameStream open = stream;
        if (open == null) {
            stream = server.frames(call, outage);
            if (closed) {
                drop(); // close() came in between and did not see it
            }
            return new FileEvent(FileEvent.Kind.OVERFLOW, "");
        }
        return switch (open.next()) {
            case Frame.Event(var json) -> Infos.fileEvent(json);
            case Frame.Failed(var why) -> throw why;
            default -> throw new MalformedFrameException("a frame that a watch does not have");
        };
    }

    @Override
    public FileEvent next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException();
        }
        FileEvent taken = next;
        next = null;
        return taken;
    }

    private void drop() {
        FrameStream open = stream;
        stream = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void close() {
        closed = true;
        drop();
    }
}
