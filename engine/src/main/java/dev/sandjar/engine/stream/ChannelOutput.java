package dev.sandjar.engine.stream;

import dev.sandjar.agent.Channel;
import dev.sandjar.engine.link.Subject;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** DATA into a channel as a stream; closing it sends EOF. */
public final class ChannelOutput extends OutputStream {
    private final Channel channel;
    private final Subject what;
    private final Runnable whenUsed;
    private boolean closed;

    /**
     * @param what where to it is written, for errors
     * @param whenUsed run for each piece that goes
     */
    public ChannelOutput(Channel channel, Subject what, Runnable whenUsed) {
        this.channel = channel;
        this.what = what;
        this.whenUsed = whenUsed;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int start, int length) throws IOException {
        if (closed) {
            throw new IOException(what + " is closed");
        }
        whenUsed.run();
        try {
            if (!channel.send(ByteBuffer.wrap(from, start, length))) {
                throw new IOException(what + " takes no more: its reader has ended");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while writing to " + what);
        }
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            channel.sendEof();
        }
    }
}
