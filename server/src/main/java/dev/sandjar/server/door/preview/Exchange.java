package dev.sandjar.server.door.preview;

import dev.sandjar.SandboxConnection;
import dev.sandjar.SandboxException;
import dev.sandjar.server.body.RequestBody;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.vertx.core.Context;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One request and its answer, over one connection to the program; for the virtual thread that serves it. */
final class Exchange {
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Visit visit;
    private final PreviewLimits limits;
    private final SandboxConnection program;
    private final RequestWriter writer;
    private final AnswerReader answer;
    private final ToClient client;
    private final Stall stall;
    private volatile @Nullable SandboxException failure; // of the client's body

    /**
     * @param request paused
     * @param program for this exchange alone
     */
    Exchange(HttpServerRequest request, Visit visit, PreviewLimits limits, SandboxConnection program) {
        this.request = request;
        this.response = request.response();
        this.visit = visit;
        this.limits = limits;
        this.program = program;
        stall = new Stall(limits.vertx(), limits.longest());
        writer = new RequestWriter(program.output(), stall::moved);
        answer = new AnswerReader(program.input(), request.method().equals(HttpMethod.HEAD));
        client = new ToClient(response::write, stall::moved, visit.owner());
    }

    /**
     * Returns at the end of the answer.
     *
     * @throws SandboxException when there is none, and nothing of one was sent
     * @throws IOException likewise, or when it was cut in the middle
     */
    void serve(Context loop) throws IOException, InterruptedException {
        try (stall) {
            stall.watch(limits.answer(), this::stop);
            response.closeHandler(_ -> stop());
            if (!response.closed()) { // before anybody could hear of it
                ask(loop);
            }
        } catch (IOException e) {
            throw ended(e);
        }
    }

    private void stop() {
        client.stop();
        program.close();
    }

    private void ask(Context loop) throws IOException, InterruptedException {
        HttpRequest head = RequestHead.inward(
                request.method().name(),
                request.headers(),
                Objects.requireNonNullElse(request.scheme(), "http"),
                Objects.toString(request.authority(), ""),
                visit);
        writer.head(head);
        try (RequestBody _ = body();
                SandboxConnection _ = program) { // before the body: what is left out of it is no end of it
            answer(answer.head(), loop);
        }
    }

    /** Up on a thread of its own: a program may answer before it has heard all. */
    private @Nullable RequestBody body() {
        if (!RequestHead.hasBody(request.headers())) {
            return null;
        }
        var body = new RequestBody(request, limits.body());
        Thread.ofVirtual().name("preview-body").start(() -> {
            try {
                writer.body(body);
            } catch (IOException e) {
                if (e.getCause() instanceof SandboxException why) {
                    failure = why;
                    program.close();
                } // else the program has heard enough, and its answer is the one that counts
            }
        });
        return body;
    }

    private void answer(HttpResponse head, Context loop) throws IOException, InterruptedException {
        boolean upgraded = head.status().code() == 101;
        if (upgraded && !(RequestHead.wantsWebSocket(request.headers()) && AnswerHead.isWebSocket(head))) {
            throw ProgramException.notHttp("it changes to a protocol that nobody has asked for");
        }
        stall.moved();
        response.setStatusCode(head.status().code());
        AnswerHead.outward(head, response.headers(), visit);
        if (upgraded) {
            response.putHeader("Connection", "Upgrade").putHeader("Upgrade", "websocket");
            Upgraded.of(request, loop, visit.owner(), stall, limits).carry(answer, program);
        } else {
            if (!RequestHead.hasBody(request.headers())) {
                request.resume(); // a WebSocket was asked for, and is none
            }
            frame(head);
            carry();
        }
    }

    private void frame(HttpResponse head) {
        @Nullable String length = head.headers().get("Content-Length");
        if (length != null && !head.headers().contains("Transfer-Encoding")) {
            response.putHeader("Content-Length", length);
        } else if (mayHaveBody(head) && request.version() != HttpVersion.HTTP_1_0) {
            response.setChunked(true);
        }
    }

    private boolean mayHaveBody(HttpResponse head) {
        int status = head.status().code();
        return !request.method().equals(HttpMethod.HEAD) && status != 204 && status != 304;
    }

    private void carry() throws IOException, InterruptedException {
        if (!answer.hasMore()) {
            response.writeHead(); // the rest may take its time
        }
        for (AnswerReader.Part part = answer.part(); ; part = answer.part()) {
            stall.moved();
            client.send(part.bytes());
            if (part.trailers() != null) {
                end(part.trailers());
                return;
            }
        }
    }

    private void end(HttpHeaders trailers) {
        if (response.isChunked()) {
            AnswerHead.copy(trailers, response.trailers());
        }
        response.end(client.rest());
        if (request.version() == HttpVersion.HTTP_1_0) {
            request.connection().close(); // which is how such a client sees the end
        }
    }

    /** Whose end it was. */
    private IOException ended(IOException e) {
        SandboxException why = failure;
        if (why != null) {
            throw why;
        }
        if (stall.struck()) {
            throw SandboxException.deadlineExceeded(
                    "answer", limits.answer().toSeconds() + " s", "waiting for the program's answer");
        }
        return e instanceof ProgramException ? e : ProgramException.noAnswer(e);
    }
}
