package dev.sandjar.compat.kubebox.socket;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.java_websocket.client.WebSocketClient;
import org.java_websocket.drafts.Draft_6455;
import org.java_websocket.exceptions.WebsocketNotConnectedException;
import org.java_websocket.handshake.ServerHandshake;
import org.jspecify.annotations.Nullable;

/** The WebSocket of a connection. The thread that runs it reads, and does what is to be done for a message before it reads the next. */
final class Wire extends WebSocketClient {
    private static final int LONGEST = 16 << 20; // bytes of a message; servers of kubebox tell lines of 64 KiB
    private static final Pattern STATUS = Pattern.compile("status code received: (\\d{3})");

    private final SocketIo told;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicBoolean cut = new AtomicBoolean();
    private volatile boolean opened;
    private volatile @Nullable Exception error;

    Wire(URI address, Optional<String> authorization, SSLContext tls, Duration limit, SocketIo told) {
        super(
                address,
                new Draft_6455(List.of(), LONGEST),
                authorization.map(value -> Map.of("Authorization", value)).orElse(Map.of()),
                Math.toIntExact(Math.min(limit.toMillis(), Integer.MAX_VALUE)));
        this.told = told;
        setConnectionLostTimeout(0); // the protocol above has a heartbeat of its own
        setTcpNoDelay(true);
        setDaemon(true);
        if (address.getScheme().equals("wss")) {
            setSocketFactory(tls.getSocketFactory());
        }
    }

    @Override
    protected void onSetSSLParameters(SSLParameters parameters) {
        parameters.setEndpointIdentificationAlgorithm("HTTPS"); // the certificate must be for the server's name
    }

    @Override
    public void onOpen(ServerHandshake answer) {
        opened = true;
    }

    @Override
    public void onMessage(String message) {
        told.take(message);
    }

    @Override
    public void onMessage(ByteBuffer bytes) {
        told.end(told.lost("the server sent bytes where text belongs", null));
    }

    @Override
    public void onClose(int code, String reason, boolean remote) {
        closed.countDown();
        if (opened) {
            told.end(told.lost("the server closed it (" + code + ")", error));
        } else {
            Matcher status = STATUS.matcher(reason);
            told.end(told.failure(status.find() ? Integer.parseInt(status.group(1)) : 0, reason, error));
        }
    }

    /** Followed by {@link #onClose}. */
    @Override
    public void onError(Exception e) {
        error = e;
    }

    void sayGoodbye(Duration limit) {
        try {
            send("41");
            close();
            closed.await(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (WebsocketNotConnectedException gone) {
            // as it was meant to be
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** At once, also while it connects, or while its thread is busy. */
    void cut() {
        if (!cut.compareAndSet(false, true)) {
            return; // the library calls back from within
        }
        closeConnection(1000, "");
        Socket socket = getSocket();
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException gone) {
                // as it was meant to be
            }
        }
    }
}
