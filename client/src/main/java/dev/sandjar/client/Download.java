package dev.sandjar.client;

import dev.sandjar.SandboxException;
import dev.sandjar.client.http.Target;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.MalformedFrameException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A file's bytes as they are read. After a cut it goes on where it was, if the file is still the same. */
final class Download extends InputStream {
    /** Names the content of a file as it was when it was opened. */
    static final String VERSION = "sandjar-file-version";

    private final Server server;
    private final Target target;
    private final String path;
    private final Outage outage;
    private volatile @Nullable FrameStream stream;
    private volatile boolean closed;
    private String version = "";
    private long offset;
    private @Nullable ByteBuffer chunk;
    private boolean ended;

    private Download(Server server, Target target, String path) {
        this.server = server;
        this.target = target;
        this.path = path;
        this.outage = server.outage();
    }

    static Download open(Server server, Target target, String path) {
        var download = new Download(server, target, path);
        while (download.stream == null) {
            try {
                download.stream = server.frames(Call.get(target), download.outage);
                download.outage.over();
            } catch (IOException e) {
                download.outage.failed(e);
            }
        }
        download.version = download.stream.header(VERSION);
        return download;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int start, int length) throws IOException {
        while (!ended && (chunk == null || !chunk.hasRemaining())) {
            receive();
        }
        if (ended || chunk == null) {
            return -1;
        }
        int count = Math.min(length, chunk.remaining());
        chunk.get(to, start, count);
        return count;
    }

    private void receive() throws IOException {
        if (closed) {
            throw new IOException("file " + path + " is closed");
        }
        try {
            read(connected().next());
            outage.over();
        } catch (MalformedFrameException e) {
            throw e;
        } catch (SandboxException e) {
            throw failed(e);
        } catch (IOException e) {
            drop();
            again(e);
        }
    }

    private void read(Frame frame) throws MalformedFrameException {
        switch (frame) {
            case Frame.Data(ByteBuffer bytes) -> {
                chunk = bytes;
                offset += bytes.remaining();
            }
            case Frame.End _ -> ended = true;
            case Frame.Failed(SandboxException why) -> throw why;
            default -> throw new MalformedFrameException("a frame that a file does not have");
        }
    }

    private FrameStream connected() throws IOException {
        FrameStream open = stream;
        if (open == null) {
            Target rest = target.with("offset", offset).with("version", version);
            open = server.frames(Call.get(rest), outage);
            stream = open;
            if (closed) {
                drop(); // close() came in between and did not see it
            }
        }
        return open;
    }

    private void again(IOException e) throws IOException {
        try {
            if (!closed) {
                outage.failed(e);
            }
        } catch (SandboxException why) {
            throw failed(why);
        }
    }

    private static IOException failed(SandboxException why) {
        return Thread.currentThread().isInterrupted()
                ? new InterruptedIOException("interrupted while reading a file")
                : new IOException(why.getMessage(), why);
    }

    private void drop() {
        FrameStream open = stream;
        stream = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void close() {
        closed = true;
        drop();
    }
}
