package dev.sandjar.system;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/** Stands before a server and cuts each connection after a random number of bytes, in either direction. */
final class CuttingProxy implements AutoCloseable {
    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;
    private final AtomicInteger cuts = new AtomicInteger();
    private volatile int port;
    private final IntSupplier next;

    /** @param most bytes that pass before a cut, at most */
    CuttingProxy(int port, int most, long seed) throws IOException {
        this(port, random(most, seed));
    }

    /** @param cuts after how many bytes the first connections are cut, each as a whole; later ones are not */
    CuttingProxy(int port, List<Integer> cuts) throws IOException {
        this(port, inTurn(cuts.iterator()));
    }

    private CuttingProxy(int port, IntSupplier next) throws IOException {
        this.port = port;
        this.next = next;
        Thread.ofVirtual().name("cutting-proxy").start(this::accept);
    }

    /** From now on it stands before a server on that port. */
    void moveTo(int port) {
        this.port = port;
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
                Socket server;
                try {
                    server = new Socket(InetAddress.getLoopbackAddress(), port);
                } catch (IOException gone) { // or killed just now
                    client.close();
                    continue;
                }
                open.add(client);
                open.add(server);
                if (closed) { // in between: close has not seen these two
                    client.close();
                    server.close();
                }
                pass(client, server, next.getAsInt());
                pass(server, client, next.getAsInt());
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private static IntSupplier random(int most, long seed) {
        var random = new Random(seed);
        return () -> 200 + random.nextInt(most);
    }

    private static IntSupplier inTurn(Iterator<Integer> cuts) {
        return () -> cuts.hasNext() ? cuts.next() : Integer.MAX_VALUE;
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
