package dev.sandjar.engine.stream;

import dev.sandjar.SandboxException;
import dev.sandjar.agent.AgentException;
import dev.sandjar.agent.Channel;
import dev.sandjar.agent.Frame;
import dev.sandjar.agent.ProtocolException;
import dev.sandjar.engine.link.AgentErrors;
import dev.sandjar.engine.link.Subject;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The DATA of a channel as a stream, until EOF or CLOSE. Its end is an end only if the agent said so. */
public final class ChannelInput extends InputStream {
    private final Channel channel;
    private final Subject what;
    private final Runnable whenUsed;
    private final Runnable whenClosed;
    private @Nullable ByteBuffer chunk;
    private boolean ended;
    private final AtomicBoolean closed = new AtomicBoolean(); // from any thread, and once

    /**
     * @param what what is read, for errors
     * @param whenUsed run for each piece that comes
     * @param whenClosed run once, at {@link #close}
     */
    public ChannelInput(Channel channel, Subject what, Runnable whenUsed, Runnable whenClosed) {
        this.channel = channel;
        this.what = what;
        this.whenUsed = whenUsed;
        this.whenClosed = whenClosed;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int start, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (chunk == null || !chunk.hasRemaining()) {
            if (ended) {
                return -1;
            }
            receive();
        }
        int count = Math.min(length, chunk.remaining());
        chunk.get(to, start, count);
        return count;
    }

    private void receive() throws IOException {
        try {
            switch (channel.take()) {
                case null -> end();
                case Frame.Eof _ -> ended = true;
                case Frame.Data data -> {
                    chunk = data.bytes();
                    whenUsed.run();
                }
                default -> throw new ProtocolException("DATA expected");
            }
        } catch (AgentException e) {
            SandboxException why = AgentErrors.translate(e, what);
            throw new IOException(why.getMessage(), why);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while reading " + what);
        }
    }

    private void end() throws IOException {
        if (closed.get()) {
            throw new IOException(what + " was closed while it was read"); // which is no end
        }
        ended = true;
    }

    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            channel.close();
            whenClosed.run();
        }
    }
}
