package dev.sandjar.system;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Whoever gives out the keys of tokens, and what may be wrong with it. */
final class KeyHost implements AutoCloseable {
    /** How it answers. */
    enum Manner {
        WELL,
        WITH_AN_ERROR,
        NEVER,
        WITHOUT_END
    }

    private final HttpServer server;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicInteger asked = new AtomicInteger();
    private volatile Manner manner;
    private volatile String text;

    KeyHost(String text, Manner manner) throws IOException {
        this.text = text;
        this.manner = manner;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            try (exchange;
                    OutputStream out = exchange.getResponseBody()) {
                asked.incrementAndGet();
                switch (this.manner) {
                    case WELL -> {
                        byte[] bytes = this.text.getBytes(StandardCharsets.UTF_8);
                        exchange.sendResponseHeaders(200, bytes.length);
                        out.write(bytes);
                    }
                    case WITH_AN_ERROR -> exchange.sendResponseHeaders(500, -1);
                    case NEVER -> closed.await();
                    case WITHOUT_END -> {
                        exchange.sendResponseHeaders(200, 0);
                        byte[] spaces = " ".repeat(65_536).getBytes(StandardCharsets.US_ASCII);
                        for (int i = 0; i < 10_000; i++) { // an end there is, so that the test has one
                            out.write(spaces);
                        }
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/keys";
    }

    void answers(Manner how, String what) {
        manner = how;
        text = what;
    }

    int asked() {
        return asked.get();
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
    }
}
