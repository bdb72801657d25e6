package dev.sandjar.system;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Has a server behind a path, as a reverse proxy for many services does; one request a connection. */
final class PrefixProxy implements AutoCloseable {
    private static final String PREFIX = "/tools/sandjar";

    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final URI server;

    PrefixProxy(URI server) throws IOException {
        this.server = server;
        Thread.ofVirtual().name("prefix-proxy").start(this::accept);
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + listening.getLocalPort() + PREFIX + "/");
    }

    /** Cuts all connections that there are. */
    void cut() {
        open.forEach(PrefixProxy::close);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                open.add(client);
                Thread.ofVirtual().name("prefix-proxy-connection").start(() -> serve(client));
            }
        } catch (IOException closed) {
            // with the test
        }
    }

    private void serve(Socket client) {
        try (client;
                var up = new Socket(server.getHost(), server.getPort())) {
            var in = new BufferedInputStream(client.getInputStream());
            up.getOutputStream().write(withoutPrefix(head(in)).getBytes(StandardCharsets.ISO_8859_1));
            Thread back = Thread.ofVirtual().start(() -> pass(up, client));
            in.transferTo(up.getOutputStream());
            up.shutdownOutput();
            back.join();
        } catch (IOException | InterruptedException cut) {
            // either side sees it
        } finally {
            open.remove(client);
        }
    }

    private static void pass(Socket from, Socket to) {
        try (to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
        } catch (IOException cut) {
            // either side sees it
        }
    }

    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int c = in.read();
            if (c < 0) {
                throw new IOException("closed");
            }
            head.append((char) c);
        }
        return head.toString();
    }

    /** What does not begin with it is not ours, and not found. */
    private static String withoutPrefix(String head) {
        String plain = head.replaceFirst(" " + PREFIX + "/", " /");
        String ours = plain.equals(head) ? head.replaceFirst(" /", " /not-ours/") : plain;
        return ours.contains("\r\nUpgrade: websocket\r\n")
                ? ours
                : ours.replaceFirst("(?i)\r\nConnection: [^\r]*", "").replaceFirst("\r\n", "\r\nConnection: close\r\n");
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException closed) {
            // is what was wanted
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        cut();
    }
}
