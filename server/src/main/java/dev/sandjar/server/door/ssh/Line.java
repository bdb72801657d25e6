package dev.sandjar.server.door.ssh;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketAddress;

/** A connection to a client, whichever way it came. */
interface Line extends Closeable {
    /** What the client sends; for one thread. */
    InputStream input();

    /**
     * Sends, and waits while the client takes nothing and much waits for it already.
     *
     * @param bytes not changed afterwards
     */
    void send(byte[] bytes) throws IOException;

    SocketAddress remoteAddress();

    SocketAddress localAddress();

    /** Ends both directions, once what was sent is on its way. */
    @Override
    void close();

    /** Ends it in the middle, also under a thread that waits in it. */
    void cut();
}
