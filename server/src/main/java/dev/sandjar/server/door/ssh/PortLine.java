package dev.sandjar.server.door.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A connection to the port that speaks nothing but SSH. */
final class PortLine implements Line {
    private static final int SMALL = 4 * 1024; // what a silent client costs
    private static final int LARGE = 64 * 1024;

    private final Socket socket;
    private final InputStream input;
    private byte[] piece = new byte[SMALL];

    PortLine(Socket socket) throws IOException {
        this.socket = socket;
        this.input = socket.getInputStream();
        socket.setTcpNoDelay(true);
        socket.setKeepAlive(true);
    }

    @Override
    public @Nullable ByteBuffer receive() throws IOException {
        int count = input.read(piece);
        ByteBuffer received = count < 0 ? null : ByteBuffer.wrap(piece, 0, count);
        int next = count == piece.length ? LARGE : SMALL;
        if (next != piece.length) {
            piece = new byte[next];
        }
        return received;
    }

    @Override
    public void send(ByteBuffer bytes) throws IOException {
        socket.getOutputStream().write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    }

    @Override
    public SocketAddress remoteAddress() {
        return socket.getRemoteSocketAddress();
    }

    @Override
    public SocketAddress localAddress() {
        return socket.getLocalSocketAddress();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException gone) {
            // as was wanted
        }
    }

    @Override
    public void cut() {
        close();
    }
}
