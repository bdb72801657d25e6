package dev.sandjar.server.body;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.sandjar.CommandResult;
import dev.sandjar.Output;
import dev.sandjar.SandboxException;
import dev.sandjar.server.limit.Shares;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * A command's output until its answer is sent: of each stream what {@link CommandResult} keeps too, as bytes and once. What is more than
 * a little takes room, of which each owner has a share: all together would fill the memory. Where there is none, the command waits, as on any pipe;
 * after its own limit what is more is dropped, and counted.
 */
public final class HeldOutput implements Consumer<Output> {
    /** As nearly all are; these wait for nobody. */
    private static final int SMALL = 64 * 1024;

    private static final int MEDIUM = 1 << 20;

    /** In MiB: three of the largest and some small ones, so that one owner can have two, and another still one. */
    private static final Shares ROOM = new Shares(6 * (CommandResult.LARGEST_STREAM >> 20) + 8);

    /** Bytes in blocks that grow: a command may write them one by one. */
    private static final class Stream {
        private static final int SMALLEST_BLOCK = 1024;
        private static final int LARGEST_BLOCK = 64 * 1024;

        private final List<byte[]> blocks = new ArrayList<>();
        private int used; // of the last block
        private int size;

        void add(ByteBuffer bytes, int count) {
            for (int left = count; left > 0; ) {
                if (blocks.isEmpty() || used == blocks.getLast().length) {
                    blocks.add(new byte[Math.clamp(size, SMALLEST_BLOCK, LARGEST_BLOCK)]);
                    used = 0;
                }
                int some = Math.min(left, blocks.getLast().length - used);
                bytes.get(blocks.getLast(), used, some);
                used += some;
                size += some;
                left -= some;
            }
        }

        void write(String name, JsonGenerator to) throws IOException {
            to.writeFieldName(name);
            var streams = new ArrayList<ByteArrayInputStream>();
            int left = size;
            for (byte[] block : blocks) {
                streams.add(new ByteArrayInputStream(block, 0, Math.min(left, block.length)));
                left -= block.length;
            }
            var bytes = new SequenceInputStream(Collections.enumeration(streams));
            to.writeString(new InputStreamReader(bytes, StandardCharsets.UTF_8), -1); // what is no text becomes U+FFFD
        }
    }

    private enum Room {
        SMALL(0),
        MEDIUM(1),
        LARGE(2 * (CommandResult.LARGEST_STREAM >> 20));

        private final int units;

        Room(int units) {
            this.units = units;
        }
    }

    private final String owner;
    private final Duration patience;
    private final Stream stdout = new Stream();
    private final Stream stderr = new Stream();
    private long dropped;

    private final ReentrantLock lock = new ReentrantLock(); // guards: room, left. The rest is its one thread's
    private Room room = Room.SMALL;
    private boolean left;
    private boolean refused;

    private HeldOutput(String owner, Duration patience) {
        this.owner = owner;
        this.patience = patience;
    }

    /** Held until the request is answered, or its connection gone. */
    public static HeldOutput until(RoutingContext request, String owner, Duration patience) {
        var held = new HeldOutput(owner, patience);
        request.addEndHandler(_ -> held.leave());
        if (request.response().closed()) {
            held.leave();
        }
        return held;
    }

    @Override
    public void accept(Output output) {
        switch (output) {
            case Output.Chunk(Output.Stream stream, long _, ByteBuffer bytes) ->
                keep(stream == Output.Stream.STDOUT ? stdout : stderr, bytes);
            case Output.Gap(long from, long to) -> dropped += to - from;
        }
    }

    private void keep(Stream stream, ByteBuffer bytes) {
        int wanted = Math.min(bytes.remaining(), CommandResult.LARGEST_STREAM - stream.size);
        boolean fits = hasRoom(stdout.size + stderr.size + wanted);
        int kept = fits ? wanted : 0;
        stream.add(bytes.duplicate(), kept);
        dropped += bytes.remaining() - kept;
    }

    private boolean hasRoom(int size) {
        Room needed = size <= SMALL ? Room.SMALL : size <= MEDIUM ? Room.MEDIUM : Room.LARGE;
        if (!refused && needed.compareTo(room) > 0) {
            refused = !grow(needed);
        }
        lock.lock();
        try {
            return needed == Room.SMALL || (!left && needed.compareTo(room) <= 0);
        } finally {
            lock.unlock();
        }
    }

    private boolean grow(Room needed) {
        int more = needed.units - room.units;
        if (!take(more)) {
            return false;
        }
        lock.lock();
        try {
            if (left) {
                ROOM.giveBack(owner, more);
                return false;
            }
            room = needed;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean take(int units) {
        try {
            return ROOM.take(owner, units, patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SandboxException.interrupted("waiting for other large answers", e);
        }
    }

    private void leave() {
        lock.lock();
        try {
            if (!left && room != Room.SMALL) {
                ROOM.giveBack(owner, room.units);
            }
            left = true;
        } finally {
            lock.unlock();
        }
    }

    /** The fields {@code stdout}, {@code stderr} and, when something is missing, {@code droppedBytes}. */
    public void write(JsonGenerator to) throws IOException {
        stdout.write("stdout", to);
        stderr.write("stderr", to);
        if (dropped > 0) {
            to.writeNumberField("droppedBytes", dropped);
        }
    }
}
