package dev.sandjar.system;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands before a server and cuts each connection after a random number of bytes, in either direction. */
final class CuttingProxy implements AutoCloseable {
    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;
    private final AtomicInteger cuts = new AtomicInteger();
    private final int port;
    private final int most;
    private final Random random;

    /** @param most bytes that pass before a cut, at most */
    CuttingProxy(int port, int most, long seed) throws IOException {
        this.port = port;
        this.most = most;
        this.random = new Random(seed);
        Thread.ofVirtual().name("cutting-proxy").start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    int cuts() {
        return cuts.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
                open.add(client);
                open.add(server);
                if (closed) { // in between: close has not seen these two
                    client.close();
                    server.close();
                }
                pass(client, server, next());
                pass(server, client, next());
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private synchronized int next() {
        return 200 + random.nextInt(most);
    }

    private void pass(Socket from, Socket to, int bytes) {
        Thread.ofVirtual().start(() -> {
            byte[] buffer = new byte[16 * 1024];
            int left = bytes;
            try (from;
                    to;
                    InputStream in = from.getInputStream();
                    OutputStream out = to.getOutputStream()) {
                while (left > 0) {
                    int count = in.read(buffer, 0, Math.min(buffer.length, left));
                    if (count < 0) {
                        return;
                    }
                    out.write(buffer, 0, count);
                    left -= count;
                }
                cuts.incrementAndGet();
            } catch (IOException ended) {
                // by the other direction
            } finally {
                open.remove(from);
                open.remove(to);
            }
        });
    }

    @Override
    public void close() throws IOException {
        closed = true;
        listening.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
