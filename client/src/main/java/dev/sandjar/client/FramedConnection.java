package dev.sandjar.client;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxConnection;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.client.http.Target;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.MalformedFrameException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A connection to a port in a sandbox at a server. It cannot be made anew after a cut: the program would see another one. */
final class FramedConnection implements SandboxConnection {
    private final Tunnel tunnel;
    private final Input input;
    private final Output output;

    private FramedConnection(Tunnel tunnel, String what) {
        this.tunnel = tunnel;
        this.input = new Input(tunnel, what);
        this.output = new Output(tunnel, what);
    }

    static FramedConnection dial(Server server, SandboxId sandbox, int port) {
        return open(server, ServerSandbox.at(sandbox, "ports", port), "port " + port);
    }

    static FramedConnection sftp(Server server, SandboxId sandbox) {
        return open(server, ServerSandbox.at(sandbox, "sftp"), "the SFTP session");
    }

    private static FramedConnection open(Server server, Target at, String what) {
        Outage outage = server.outage();
        while (true) {
            try {
                return new FramedConnection(ready(server, at, outage), what);
            } catch (MalformedFrameException e) {
                throw server.notUnderstood(e);
            } catch (IOException e) {
                outage.failed(e); // nothing was sent through it yet
            }
        }
    }

    /** What is sent before the server has taken its side of the tunnel could be lost: it says when. */
    private static Tunnel ready(Server server, Target at, Outage outage) throws IOException {
        Tunnel tunnel = server.tunnel(Call.get(at), outage);
        try {
            if (!(tunnel.next() instanceof Frame.Taken)) {
                throw new MalformedFrameException("a connection begins with what was taken");
            }
            return tunnel;
        } catch (IOException e) {
            tunnel.close();
            throw e;
        }
    }

    @Override
    public InputStream input() {
        return input;
    }

    @Override
    public OutputStream output() {
        return output;
    }

    @Override
    public void close() {
        tunnel.close();
    }

    private static IOException explained(String what, IOException e) {
        if (Thread.currentThread().isInterrupted()) {
            return new InterruptedIOException("interrupted while using " + what);
        }
        var why = new SandboxException(
                ErrorCode.UNAVAILABLE, what + ": the connection to the server was cut", "dial again", e);
        return new IOException(why.getMessage(), why);
    }

    private static final class Input extends InputStream {
        private final Tunnel tunnel;
        private final String what;
        private @Nullable ByteBuffer chunk;
        private boolean ended;

        Input(Tunnel tunnel, String what) {
            this.tunnel = tunnel;
            this.what = what;
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
            Frame frame;
            try {
                frame = tunnel.next();
            } catch (IOException e) {
                throw explained(what, e);
            }
            switch (frame) {
                case Frame.Data(ByteBuffer bytes) -> chunk = bytes;
                case Frame.End _ -> ended = true;
                case Frame.Failed(SandboxException why) -> throw new IOException(why.getMessage(), why);
                default -> throw new MalformedFrameException("a frame that a connection does not have");
            }
        }
    }

    private static final class Output extends OutputStream {
        private final Tunnel tunnel;
        private final String what;
        private boolean closed;

        Output(Tunnel tunnel, String what) {
            this.tunnel = tunnel;
            this.what = what;
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
            try {
                tunnel.send(from, start, length);
            } catch (IOException e) {
                throw explained(what, e);
            }
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                tunnel.send(new Frame.End());
            }
        }
    }
}
