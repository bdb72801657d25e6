package dev.sandjar.client;

import dev.sandjar.SandboxException;
import dev.sandjar.wire.StreamMessage;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** One that is over. After a cut the server is told again, or it would hold the channel for us. */
final class LeavingChannel implements StreamChannel {
    private final int channel;
    private final Runnable forget;
    private final CountDownLatch gone = new CountDownLatch(1);
    private volatile boolean said; // on this connection

    /** @param forget run when the server has let go of it */
    LeavingChannel(int channel, Runnable forget) {
        this.channel = channel;
        this.forget = forget;
    }

    /** Counted down when the server has let go of it, or will not say so any more. */
    CountDownLatch gone() {
        return gone;
    }

    void over() {
        forget.run();
        gone.countDown();
    }

    @Override
    public StreamMessage.@Nullable FromClient say() {
        if (said) {
            return null;
        }
        said = true;
        return new StreamMessage.Leave(channel, false);
    }

    @Override
    public void hear(StreamMessage.FromServer message) {
        if (message instanceof StreamMessage.Left) { // all else was on its way
            over();
        }
    }

    @Override
    public void anew() {
        said = false;
    }

    @Override
    public void fail(SandboxException why) {
        over();
    }
}
