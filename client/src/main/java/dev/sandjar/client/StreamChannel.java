package dev.sandjar.client;

import dev.sandjar.SandboxException;
import dev.sandjar.wire.StreamMessage;
import org.jspecify.annotations.Nullable;

/** One command's part of a {@link SandboxStream}. Its methods are called by the two threads of the connection, and must not wait. */
interface StreamChannel {
    /** What to say next on this connection; null: nothing, until it {@linkplain SandboxStream#wants wants} to. */
    StreamMessage.@Nullable FromClient say();

    /** What the server says to it. */
    void hear(StreamMessage.FromServer message);

    /** There is a new connection, on which nothing was said yet. */
    void anew();

    /** No more comes. */
    void fail(SandboxException why);
}
