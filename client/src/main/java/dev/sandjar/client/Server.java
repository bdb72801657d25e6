package dev.sandjar.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.client.http.Address;
import dev.sandjar.client.http.Connections;
import dev.sandjar.client.http.HttpConnection;
import dev.sandjar.client.http.HttpRequest;
import dev.sandjar.client.http.HttpResponse;
import dev.sandjar.client.http.WebSocket;
import dev.sandjar.wire.Errors;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.Json;
import dev.sandjar.wire.MalformedFrameException;
import dev.sandjar.wire.StreamMessage;
import dev.sandjar.wire.StreamMessages;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** The server: asks it, and turns what it answers, or that it does not, into values and errors. */
final class Server implements AutoCloseable {
    /** Longer than any limit of the server's own, so that its error, which says more, comes first. */
    private static final Duration ANSWER = Duration.ofMinutes(10);

    /** Three heartbeats of the server's; one whose stream is silent for so long is gone. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private static final Set<Integer> PROXY_ERRORS = Set.of(429, 502, 503, 504);
    private static final int LARGEST_ERROR = 64 * 1024;

    private static final HttpResponse DONE = new HttpResponse(204, Map.of(), InputStream.nullInputStream());

    private final ServerOptions options;
    private final Duration answer;
    private final Connections connections;
    private final SandboxStreams streams = new SandboxStreams(this);
    private final CountDownLatch closed = new CountDownLatch(1);

    Server(ServerOptions options) {
        this(options, ANSWER);
    }

    /** @param answer how long it may take to answer */
    Server(ServerOptions options, Duration answer) {
        this.options = options;
        this.answer = answer;
        this.connections = new Connections(options.address(), options.trust());
    }

    Address address() {
        return options.address();
    }

    /** How long it may take to answer. */
    Duration answer() {
        return answer;
    }

    /** What commands say and hear. */
    SandboxStreams streams() {
        return streams;
    }

    Outage outage() {
        return new Outage(this, options.reconnect(), closed);
    }

    /** Asks, and reads the answer, which is JSON. */
    <T> T ask(Call call, Function<JsonNode, T> read) {
        return fetch(call, answer -> read.apply(Json.parse(answer.body().readAllBytes())));
    }

    /** Asks, and reads the answer, which has arrived whole. */
    <T> T fetch(Call call, Reading<T> read) {
        HttpResponse answer = exchange(call);
        try {
            return read.read(answer);
        } catch (IOException | SandboxException | DateTimeException | ArithmeticException e) {
            throw notUnderstood(e);
        }
    }

    /** Makes a value of an answer. */
    interface Reading<T> {
        T read(HttpResponse answer) throws IOException;
    }

    /** Asks for something to be done. */
    void tell(Call call) {
        ask(call, json -> json);
    }

    /** Asks for something to be done soon, and does not wait for it: later calls of this thread see it done all the same. */
    void mention(Call call) {
        try {
            HttpConnection connection = connections.take();
            try {
                connection.send(authorized(call.request()), call.body());
                connections.giveUnanswered(connection);
            } catch (IOException e) {
                connection.close();
            }
        } catch (IOException unreachable) {
            // whoever needs an answer will be told
        }
    }

    private HttpResponse exchange(Call call) {
        Outage outage = outage();
        while (true) {
            HttpConnection connection = connect(outage);
            try {
                connection.send(authorized(call.request()), call.body());
                HttpResponse response = accepted(connection, connection.receive(answer));
                byte[] answer = response.body().readAllBytes();
                connections.give(connection, response);
                return new HttpResponse(response.status(), response.headers(), new ByteArrayInputStream(answer));
            } catch (SandboxException e) {
                if (!outage.lasts()
                        || call.doneBefore().filter(e.code()::equals).isEmpty()) {
                    throw e;
                }
                return DONE;
            } catch (IOException e) {
                connection.close();
                cut(call, e, outage);
            }
        }
    }

    private void cut(Call call, IOException e, Outage outage) {
        if (!call.repeatable() && !Thread.currentThread().isInterrupted()) {
            throw unknownWhetherDone(e);
        }
        outage.failed(e);
    }

    private SandboxException unknownWhetherDone(IOException e) {
        return new SandboxException(
                ErrorCode.UNAVAILABLE,
                "the connection to server " + address() + " was cut before it answered: it may have done it, or not",
                "look, and try again where needed",
                e);
    }

    /** A connection; an outage that has begun already is waited for, a server that was never reached is not. */
    HttpConnection connect(Outage outage) {
        while (true) {
            try {
                return connections.take();
            } catch (SSLHandshakeException e) {
                if (e.getCause() instanceof EOFException) {
                    outage.failed(e); // a cut
                } else {
                    throw notTrusted(e);
                }
            } catch (IOException e) {
                if (!outage.lasts()) {
                    throw unreachable(e);
                }
                outage.failed(e);
            }
        }
    }

    /**
     * Asks for a stream of frames.
     *
     * @throws SandboxException the server's refusal
     * @throws IOException a cut
     */
    FrameStream frames(Call call, Outage outage) throws IOException {
        HttpConnection connection = connect(outage);
        try {
            connection.send(authorized(call.request()), call.body());
            HttpResponse response = accepted(connection, connection.receive(answer));
            connection.patience(SILENCE);
            return new FrameStream(connections, connection, response);
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** As {@link #frames}, with frames in both directions. */
    Tunnel tunnel(Call call, Outage outage) throws IOException {
        HttpConnection connection = connect(outage);
        try {
            HttpRequest request =
                    authorized(call.request()).with("Connection", "Upgrade").with("Upgrade", Frame.UPGRADE);
            connection.send(request, call.body());
            HttpResponse response = accepted(connection, connection.receive(answer));
            if (response.status() != 101) {
                throw new IOException("the server, or a proxy before it, does not upgrade connections");
            }
            connection.patience(SILENCE);
            return new Tunnel(connection);
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** As {@link #tunnel}, with the messages of WebSocket. */
    WebSocket webSocket(Call call, Outage outage) throws IOException {
        HttpConnection connection = connect(outage);
        try {
            String key = WebSocket.key();
            HttpRequest request = authorized(call.request())
                    .with("Connection", "Upgrade")
                    .with("Upgrade", "websocket")
                    .with("Sec-WebSocket-Version", "13")
                    .with("Sec-WebSocket-Key", key)
                    .with("Sec-WebSocket-Protocol", StreamMessages.PROTOCOL);
            connection.send(request, call.body());
            HttpResponse response = accepted(connection, connection.receive(answer));
            if (response.status() != 101
                    || response.header("sec-websocket-accept")
                            .filter(WebSocket.accept(key)::equals)
                            .isEmpty()) {
                throw new IOException("the server, or a proxy before it, does not upgrade connections");
            }
            connection.patience(SILENCE);
            return new WebSocket(connection, StreamMessage.LARGEST);
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** Sends a request without a body, and waits for a response that is no refusal. */
    HttpResponse exchange(HttpConnection connection, HttpRequest request) throws IOException {
        connection.send(authorized(request), new byte[0]);
        return accepted(connection, connection.receive(answer));
    }

    /** A response that is no refusal. After a refusal the connection can be used again. */
    HttpResponse accepted(HttpConnection connection, HttpResponse response) throws IOException {
        if (response.status() < 400) {
            return response;
        }
        SandboxException why = refusal(response);
        connections.give(connection, response);
        throw why;
    }

    /** What a response with an error status says. */
    SandboxException refusal(HttpResponse response) throws IOException {
        try {
            return Errors.read(Json.parse(response.body().readNBytes(LARGEST_ERROR)));
        } catch (JsonProcessingException | SandboxException notOurs) {
            var why = new IOException(
                    "status " + response.status() + " without an error that this client knows", notOurs);
            if (PROXY_ERRORS.contains(response.status())) {
                throw why; // as good as a cut: the server is away, or starting
            }
            return notUnderstood(why);
        }
    }

    /** Reads a stream of frames to its end; begins anew after a cut, so the reader must be able to. */
    <T> T collect(Call call, FrameCollector<T> collector) {
        Outage outage = outage();
        while (true) {
            try (FrameStream frames = frames(call, outage)) {
                return collector.collect(frames);
            } catch (MalformedFrameException e) {
                throw notUnderstood(e);
            } catch (IOException e) {
                outage.failed(e);
            }
        }
    }

    /** Makes one value of a stream of frames. */
    interface FrameCollector<T> {
        T collect(FrameStream frames) throws IOException;
    }

    Connections connections() {
        return connections;
    }

    HttpRequest authorized(HttpRequest request) {
        return options.token()
                .map(token -> request.with("Authorization", "Bearer " + token))
                .orElse(request);
    }

    private SandboxException unreachable(IOException e) {
        if (Thread.currentThread().isInterrupted()) {
            return interrupted(e);
        }
        return new SandboxException(
                ErrorCode.UNAVAILABLE,
                "server " + address() + " cannot be reached: " + e.getMessage(),
                e instanceof SSLException
                        ? "write http:// if it speaks no TLS there, or correct the address"
                        : "start it, or correct its address",
                e);
    }

    private SandboxException notTrusted(SSLHandshakeException e) {
        return new SandboxException(
                ErrorCode.UNAUTHENTICATED,
                "server " + address() + " could not prove who it is: " + e.getMessage(),
                "name the certificate that vouches for it (option \"certificate\", a PEM file), or correct the address",
                e);
    }

    SandboxException notUnderstood(Exception e) {
        return new SandboxException(
                ErrorCode.INTERNAL,
                "server " + address() + " gave an answer that this client does not understand",
                "use a client and a server of the same version",
                e);
    }

    /** It is there, but says nothing to what was asked. */
    SandboxException unanswered() {
        return new SandboxException(
                ErrorCode.UNAVAILABLE,
                "server " + address() + " has not answered within " + answer.toSeconds() + " s",
                "look at the server's log; attach to the command to see whether it was started",
                null);
    }

    /** An interruption in a method that cannot throw it: the flag is set, the caller gets an error. */
    static SandboxException interrupted(@Nullable Exception e) {
        Thread.currentThread().interrupt();
        return SandboxException.interrupted("the call", e);
    }

    @Override
    public void close() {
        closed.countDown();
        streams.close();
        connections.close();
    }
}
