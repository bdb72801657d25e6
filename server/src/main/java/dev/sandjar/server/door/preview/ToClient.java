package dev.sandjar.server.door.preview;

import dev.sandjar.server.body.Outgoing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.buffer.impl.BufferImpl;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;

/** Bytes to a client, from a thread that waits while the client does not take them. */
final class ToClient {
    private static final int OVERHEAD = 512; // what a small piece takes besides

    private final Outgoing<ByteBuf> pieces;

    /**
     * @param out writes from any thread, and tells when the socket has it
     * @param moved run whenever the socket has taken something
     * @param owner who has a place among the transfers
     */
    ToClient(Function<Buffer, Future<Void>> out, Runnable moved, String owner) {
        pieces = new Outgoing<>(
                some -> out.apply(together(some)).onComplete(_ -> moved.run()),
                piece -> OVERHEAD + piece.readableBytes(),
                owner,
                () -> {});
        pieces.placed();
    }

    private static Buffer together(List<ByteBuf> pieces) {
        return BufferImpl.buffer(Unpooled.wrappedBuffer(pieces.toArray(ByteBuf[]::new)));
    }

    /** @throws IOException when the client is gone, or has kept us waiting for too long */
    void send(ByteBuf bytes) throws IOException, InterruptedException {
        if (bytes.isReadable()) {
            pieces.send(bytes);
        }
    }

    /** Whoever sends need not wait any longer. */
    void stop() {
        pieces.gone();
    }

    /** What was not handed over yet, for whoever ends the answer. */
    Buffer rest() {
        return together(pieces.end());
    }
}
