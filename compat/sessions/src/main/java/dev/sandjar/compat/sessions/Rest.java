package dev.sandjar.compat.sessions;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Function;

/** Requests and their answers over connections that are kept. One that is not an answer's is never taken for it. */
final class Rest {
    private static final int LONGEST_JSON = 256 << 20;
    private static final int LONGEST_ERROR = 64 << 10;

    private final Access access;
    private final Duration silence;
    private final HttpClient http;
    private final Retrying retrying;
    private final ScheduledThreadPoolExecutor alarms;

    Rest(Access access, Tls tls, Duration silence, Retries retries) {
        this.access = access;
        this.silence = silence;
        this.retrying = new Retrying(retries);
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1) // no attempt at an upgrade, which some servers refuse
                .followRedirects(HttpClient.Redirect.NEVER) // the token is for this server
                .connectTimeout(silence)
                .sslContext(tls.context())
                .build();
        this.alarms = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("sessions-alarms").factory());
        alarms.setRemoveOnCancelPolicy(true);
    }

    /** What becomes of a good answer. */
    interface Reader<T> {
        T read(InputStream body) throws IOException;
    }

    /** Sends, and reads a JSON object. */
    <T> T json(Call call, Function<JsonNode, T> reader) {
        return send(call, body -> {
            try (body) {
                return reader.apply(Answers.object(all(body, LONGEST_JSON)));
            }
        });
    }

    /** Sends, and takes any answer that is no error. */
    void done(Call call) {
        send(call, body -> {
            try (body) {
                all(body, LONGEST_JSON);
                return true;
            }
        });
    }

    /**
     * Sends, and gives the answer's body to the reader, which closes it.
     *
     * @throws UncheckedIOException what was to be sent could not be read
     */
    <T> T send(Call call, Reader<T> reader) {
        if (alarms.isShutdown()) {
            throw new IllegalStateException("the client is closed");
        }
        return retrying.run(call.name(), access.name(), call.harmless(), number -> {
            var patience = new Patience(alarms, silence, call.whole());
            try {
                HttpResponse<InputStream> answer =
                        patience.await(http.sendAsync(request(call, patience), BodyHandlers.ofInputStream()));
                InputStream body = patience.limit(answer.body());
                boolean gone = answer.statusCode() == 404
                        && number > 1
                        && call.method().equals("DELETE");
                if (answer.statusCode() / 100 != 2 && !gone) { // gone by an attempt whose answer was lost
                    throw refusal(call, answer, body);
                }
                return reader.read(body);
            } catch (IOException e) {
                RuntimeException ours = patience.sourceFailure();
                if (ours != null) {
                    throw ours;
                }
                throw e;
            }
        });
    }

    private HttpRequest request(Call call, Patience patience) {
        Content content = call.content();
        var request = HttpRequest.newBuilder(access.resolve(call.path()))
                .header("Authorization", "Bearer " + access.token())
                .header("Accept", Content.JSON)
                .header("Content-Type", content.type());
        call.headers().forEach(request::header);
        boolean empty = content.length() == 0
                && (call.method().equals("GET") || call.method().equals("DELETE"));
        return request.method(call.method(), empty ? BodyPublishers.noBody() : publisher(content, patience))
                .build();
    }

    private static BodyPublisher publisher(Content content, Patience patience) {
        if (content.length() == 0) {
            return BodyPublishers.noBody();
        }
        BodyPublisher stream = BodyPublishers.ofInputStream(() -> {
            try {
                return patience.watch(content.source().open());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return content.length() < 0 ? stream : BodyPublishers.fromPublisher(stream, content.length());
    }

    private static SandboxApiException refusal(Call call, HttpResponse<?> answer, InputStream body) {
        var rateLimit = RateLimit.of(name -> answer.headers().firstValue(name).orElse(null), Instant.now());
        return Refusals.of(call.name(), call.everywhere(), answer.statusCode(), rateLimit, error(body));
    }

    private static byte[] error(InputStream body) {
        try (body) {
            return body.readNBytes(LONGEST_ERROR);
        } catch (IOException cut) {
            return new byte[0]; // the status says enough
        }
    }

    private static byte[] all(InputStream body, int most) throws IOException {
        byte[] bytes = body.readNBytes(most);
        if (bytes.length == most) {
            throw Answers.malformed("it has more than " + most + " bytes");
        }
        return bytes;
    }

    /** Ends what is under way. */
    void close() {
        retrying.close();
        http.shutdownNow();
        alarms.shutdownNow();
    }
}
