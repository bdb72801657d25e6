package dev.sandjar.client;

import dev.sandjar.wire.Frame;
import java.io.IOException;

/** Where frames come from: a response, or a connection that was upgraded. */
interface FrameSource extends AutoCloseable {
    /** Waits for the next frame that says something. */
    Frame next() throws IOException;

    /** Wants no more. May come from any thread. */
    @Override
    void close();
}
