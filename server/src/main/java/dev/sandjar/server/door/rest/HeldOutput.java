package dev.sandjar.server.door.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.sandjar.CommandResult;
import dev.sandjar.Output;
import dev.sandjar.SandboxException;
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
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * A command's output until its answer is sent: of each stream what {@link CommandResult} keeps too, as bytes and once. Few large ones are held at
 * one time: together they would fill the memory. The others' commands wait meanwhile, as on any pipe; after the command's own limit what is more
 * than a little is dropped, and counted.
 */
final class HeldOutput implements Consumer<Output> {
    /** As nearly all are; these wait for nobody. */
    private static final int SMALL = 64 * 1024;

    private static final Semaphore LARGE_ONES = new Semaphore(2, true);

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
        SMALL,
        LARGE,
        REFUSED,
        LEFT
    }

    private final Duration patience;
    private final Stream stdout = new Stream();
    private final Stream stderr = new Stream();
    private long dropped;

    private final ReentrantLock lock = new ReentrantLock(); // guards: room. The rest is its one thread's
    private Room room = Room.SMALL;

    private HeldOutput(Duration patience) {
        this.patience = patience;
    }

    /** Held until the request is answered, or its connection gone. */
    static HeldOutput until(RoutingContext request, Duration patience) {
        var held = new HeldOutput(patience);
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
        boolean fits = stdout.size + stderr.size + wanted <= SMALL || hasRoomForMore();
        int kept = fits ? wanted : 0;
        stream.add(bytes.duplicate(), kept);
        dropped += bytes.remaining() - kept;
    }

    private boolean hasRoomForMore() {
        lock.lock();
        try {
            if (room != Room.SMALL) {
                return room == Room.LARGE;
            }
        } finally {
            lock.unlock();
        }
        boolean got = acquire();
        lock.lock();
        try {
            if (room == Room.SMALL) {
                room = got ? Room.LARGE : Room.REFUSED;
            } else if (got) {
                LARGE_ONES.release(); // the client has left meanwhile
            }
            return room == Room.LARGE;
        } finally {
            lock.unlock();
        }
    }

    private boolean acquire() {
        try {
            return LARGE_ONES.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SandboxException.interrupted("waiting for other large answers", e);
        }
    }

    private void leave() {
        lock.lock();
        try {
            if (room == Room.LARGE) {
                LARGE_ONES.release();
            }
            room = Room.LEFT;
        } finally {
            lock.unlock();
        }
    }

    /** The fields {@code stdout}, {@code stderr} and, when something is missing, {@code droppedBytes}. */
    void write(JsonGenerator to) throws IOException {
        stdout.write("stdout", to);
        stderr.write("stderr", to);
        if (dropped > 0) {
            to.writeNumberField("droppedBytes", dropped);
        }
    }
}
