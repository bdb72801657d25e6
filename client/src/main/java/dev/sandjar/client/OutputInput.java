package dev.sandjar.client;

import dev.sandjar.ErrorCode;
import dev.sandjar.Output;
import dev.sandjar.SandboxException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One stream of a command as an {@link InputStream}. */
final class OutputInput extends InputStream {
    private final SplitOutput output;
    private final Output.Stream stream;
    private @Nullable ByteBuffer chunk;

    OutputInput(SplitOutput output, Output.Stream stream) {
        this.output = output;
        this.stream = stream;
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
            switch (following()) {
                case null -> {
                    return -1;
                }
                case Output.Chunk(var _, long _, ByteBuffer bytes) -> chunk = bytes;
                case Output.Gap(long from, long until) ->
                    throw new IOException(new SandboxException(
                            ErrorCode.OUTPUT_LOST,
                            "output from " + from + " to " + until + " was forgotten before it was read",
                            "read sooner, or start the command so that it holds its output",
                            null));
            }
        }
        int count = Math.min(length, chunk.remaining());
        chunk.get(to, start, count);
        return count;
    }

    private @Nullable Output following() throws IOException {
        try {
            return output.next(stream);
        } catch (SandboxException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted while reading output");
            }
            throw new IOException(e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while reading output");
        }
    }

    @Override
    public void close() {
        output.close(stream);
    }
}
