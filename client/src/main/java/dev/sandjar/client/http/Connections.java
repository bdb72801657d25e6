package dev.sandjar.client.http;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The connections to one server: taken by one caller at a time, the last one given back first, so that few stay warm. */
public final class Connections implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration OLDEST = Duration.ofSeconds(60); // below what servers and proxies commonly allow
    private static final Duration SETTLE = Duration.ofSeconds(30);
    private static final int MOST_IDLE = 32;

    private final Address address;
    private final Trust trust;
    private final ReentrantLock lock = new ReentrantLock(); // guards idle, closed; not held over a read or write
    private final Deque<HttpConnection> idle = new ArrayDeque<>();
    private boolean closed;

    /** @param trust whom to believe that it is the server, when the address asks for TLS */
    public Connections(Address address, Trust trust) {
        this.address = address;
        this.trust = trust;
    }

    /** The server's address. */
    public Address address() {
        return address;
    }

    /** A connection on which nothing is under way; to be given back or closed. */
    public HttpConnection take() throws IOException {
        for (HttpConnection kept = last(); kept != null; kept = last()) {
            if (settled(kept)) {
                return kept;
            }
            kept.close();
        }
        return HttpConnection.open(address, trust, CONNECT);
    }

    private static boolean settled(HttpConnection kept) throws IOException {
        try {
            kept.settle(SETTLE);
            return kept.isFresh(OLDEST);
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            return false;
        }
    }

    private @Nullable HttpConnection last() throws IOException {
        lock.lock();
        try {
            if (closed) {
                throw new IOException("this place was closed");
            }
            return idle.pollLast();
        } finally {
            lock.unlock();
        }
    }

    /** Gives a connection back whose response was read. */
    public void give(HttpConnection connection, HttpResponse answered) throws IOException {
        if (answered.finish()) {
            keep(connection);
        } else {
            connection.close();
        }
    }

    /** Gives a connection back whose response is still to come and of no interest. */
    public void giveUnanswered(HttpConnection connection) {
        connection.leaveUnanswered();
        keep(connection);
    }

    private void keep(HttpConnection connection) {
        connection.idle();
        HttpConnection surplus = connection;
        lock.lock();
        try {
            if (!closed) {
                idle.addLast(connection);
                surplus = idle.size() > MOST_IDLE ? idle.pollFirst() : null;
            }
        } finally {
            lock.unlock();
        }
        if (surplus != null) {
            surplus.close();
        }
    }

    @Override
    public void close() {
        Deque<HttpConnection> all;
        lock.lock();
        try {
            closed = true;
            all = new ArrayDeque<>(idle);
            idle.clear();
        } finally {
            lock.unlock();
        }
        all.forEach(HttpConnection::close);
    }
}
