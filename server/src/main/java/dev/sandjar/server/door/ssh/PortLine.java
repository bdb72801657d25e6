package dev.sandjar.server.door.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketAddress;

/** A connection to the port that speaks nothing but SSH. */
final class PortLine implements Line {
    private final Socket socket;
    private final InputStream input;

    PortLine(Socket socket) throws IOException {
        this.socket = socket;
        this.input = socket.getInputStream();
        socket.setTcpNoDelay(true);
        socket.setKeepAlive(true);
    }

    @Override
    public InputStream input() {
        return input;
    }

    @Override
    public void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
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
