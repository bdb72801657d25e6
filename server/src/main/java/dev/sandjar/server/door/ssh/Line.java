package dev.sandjar.server.door.ssh;

import java.io.Closeable;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A connection to a client, whichever way it came. */
interface Line extends Closeable {
    /**
     * Waits for what the client sends; for one thread.
     *
     * @return at least a byte, good until the next call; null at the end
     */
    @Nullable
    ByteBuffer receive() throws IOException;

    /**
     * Sends, and waits while the client takes nothing and much waits for it already.
     *
     * @param bytes in an array; all are taken, and it is the caller's again afterwards
     */
    void send(ByteBuffer bytes) throws IOException;

    SocketAddress remoteAddress();

    SocketAddress localAddress();

    /** Ends both directions, once what was sent is on its way. */
    @Override
    void close();

    /** Ends it in the middle, also under a thread that waits in it. */
    void cut();
}
