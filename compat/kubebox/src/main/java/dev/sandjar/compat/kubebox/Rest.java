package dev.sandjar.compat.kubebox;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandjar.compat.kubebox.error.ConnectionLostException;
import dev.sandjar.compat.kubebox.error.WaitLimitException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Requests and their answers. What was not sent is tried again, and so is what only reads; all attempts have one limit together. */
final class Rest {
    private static final int ATTEMPTS = 3;
    private static final Duration PAUSE = Duration.ofMillis(250); // then twice as long
    private static final long LONGEST = 64L << 20;
    private static final byte[] NOTHING = {};

    private final HttpClient http;
    private final Settings settings;
    private final CountDownLatch closed = new CountDownLatch(1);

    Rest(HttpClient http, Settings settings) {
        this.http = http;
        this.settings = settings;
    }

    /** Ends the pauses between attempts. */
    void close() {
        closed.countDown();
    }

    Answer get(String what, String target) throws InterruptedException {
        return bytes(what, "GET", target, NOTHING, settings.answerLimit());
    }

    Answer post(String what, String target, JsonNode body) throws InterruptedException {
        return post(what, target, body, settings.answerLimit());
    }

    Answer post(String what, String target, JsonNode body, Duration limit) throws InterruptedException {
        return bytes(what, "POST", target, body.toString().getBytes(StandardCharsets.UTF_8), limit);
    }

    private Answer bytes(String what, String method, String target, byte[] body, Duration limit)
            throws InterruptedException {
        HttpResponse<byte[]> answer =
                send(what, method, target, body, limit, BodyHandlers.limiting(BodyHandlers.ofByteArray(), LONGEST));
        return new Answer(what, answer.statusCode(), answer.body());
    }

    /** Of any length, into a file; of an error, its body is what the answer has. An attempt begins the file anew: the one before may have had more to say. */
    Answer download(String what, String target, Path file, Duration limit) throws InterruptedException {
        HttpResponse<byte[]> answer = send(
                what,
                "GET",
                target,
                NOTHING,
                limit,
                head -> head.statusCode() / 100 == 2
                        ? BodySubscribers.mapping(
                                BodySubscribers.ofFile(file, CREATE, WRITE, TRUNCATE_EXISTING), _ -> NOTHING)
                        : BodySubscribers.limiting(BodySubscribers.ofByteArray(), LONGEST));
        return new Answer(what, answer.statusCode(), answer.body());
    }

    private <T> HttpResponse<T> send(
            String what, String method, String target, byte[] body, Duration limit, BodyHandler<T> handler)
            throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        for (int attempt = 1; ; attempt++) {
            try {
                return once(what, request(method, target, body), limit, end, handler);
            } catch (IOException e) {
                boolean harmless = nothingSent(e) || method.equals("GET");
                long pause = PAUSE.toNanos() << (attempt - 1);
                boolean again = harmless && attempt < ATTEMPTS && end - System.nanoTime() > pause;
                if (!again || closed.await(pause, TimeUnit.NANOSECONDS)) {
                    throw lost(what, e);
                }
            }
        }
    }

    /** A new one each time: it is signed, and a signature is good once. */
    private HttpRequest request(String method, String target, byte[] body) {
        URI address = settings.resolve(target);
        var request = HttpRequest.newBuilder(address).header("Accept", "application/json");
        settings.credentials()
                .authorization(method, address, body)
                .ifPresent(value -> request.header("Authorization", value));
        return body.length == 0
                ? request.method(method, BodyPublishers.noBody()).build()
                : request.header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofByteArray(body))
                        .build();
    }

    private <T> HttpResponse<T> once(String what, HttpRequest request, Duration limit, long end, BodyHandler<T> handler)
            throws InterruptedException, IOException {
        var answer = http.sendAsync(request, handler);
        try {
            return answer.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new WaitLimitException(
                    what + " was not answered; it may or may not have been done",
                    limit,
                    "answerLimit, and the timeout of a command",
                    "look what has been done, then try again or raise the limit");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } finally {
            answer.cancel(true);
        }
    }

    private static boolean nothingSent(IOException e) {
        return e instanceof ConnectException || e instanceof HttpConnectTimeoutException;
    }

    private ConnectionLostException lost(String what, IOException e) {
        String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return nothingSent(e)
                ? new ConnectionLostException(
                        what + " failed: no connection to " + settings.url() + " (" + why + "); nothing was sent",
                        "look whether the url is right and the server runs",
                        e)
                : new ConnectionLostException(
                        what + " failed: the connection was lost (" + why + "); it may or may not have been done",
                        "look what has been done before trying again",
                        e);
    }

    /** A value in a query. */
    static String query(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A");
    }
}
