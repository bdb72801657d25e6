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
    private final byte[] small = new byte[SMALL];

    PortLine(Socket socket) throws IOException {
        this.socket = socket;
        this.input = socket.getInputStream();
        socket.setTcpNoDelay(true);
        socket.setKeepAlive(true);
    }

    @Override
    public @Nullable ByteBuffer receive() throws IOException {
        int waiting = input.available();
        byte[] piece = waiting > SMALL ? new byte[Math.min(waiting, LARGE)] : small;
        int count = input.read(piece);
        return count < 0 ? null : ByteBuffer.wrap(piece, 0, count);
    }

    @Override
    public void send(ByteBuffer bytes) throws IOException {
        socket.getOutputStream().write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        bytes.position(bytes.limit());
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
