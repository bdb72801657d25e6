package dev.sandjar.server.door.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.SandboxException;
import dev.sandjar.server.config.ServerConfig;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/**
 * Answers that take long. Clients give up when they read nothing for 30 seconds, though a run may take 300: after a while the status is
 * sent and a space now and then, which is no part of the JSON that follows. An error that comes later than that is told in the body.
 */
@Singleton
class Patience {
    private static final int CHUNK = 64 * 1024;

    private final Duration step;

    Patience(ServerConfig config) {
        this.step = config.keepAlive();
    }

    Response answer(RoutingContext request, int status, Callable<JsonAnswer> work) throws InterruptedException {
        return answer(request, status, work, UnaryOperator.identity());
    }

    /** @param late what an error's body has besides when the status has been sent already */
    Response answer(RoutingContext request, int status, Callable<JsonAnswer> work, UnaryOperator<ObjectNode> late)
            throws InterruptedException {
        var task = new FutureTask<>(work);
        Thread worker = Thread.ofVirtual().name("answer").start(task);
        try {
            JsonAnswer answer = await(task);
            return json(request, status, out -> send(answer, out));
        } catch (TimeoutException takesLonger) {
            Callable<JsonAnswer> result = () -> {
                try {
                    return await(task);
                } catch (SandboxException e) {
                    return JsonAnswer.of(late.apply(Errors.body(e, request)));
                }
            };
            return json(request, status, out -> stream(result, worker, out));
        } catch (InterruptedException e) {
            worker.interrupt();
            throw e;
        }
    }

    private static Response json(RoutingContext request, int status, StreamingOutput entity) {
        return Response.status(status)
                .type(MediaType.APPLICATION_JSON)
                .entity(PacedOutput.paced(request, entity))
                .build();
    }

    private static void stream(Callable<JsonAnswer> result, Thread worker, OutputStream out) throws IOException {
        try {
            while (true) {
                out.write(' ');
                out.flush();
                try {
                    send(result.call(), out);
                    return;
                } catch (TimeoutException notYet) {
                    // one more space
                }
            }
        } catch (IOException clientIsGone) {
            worker.interrupt(); // what nobody waits for is ended
            throw clientIsGone;
        } catch (InterruptedException e) {
            worker.interrupt();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the server stops"); // cuts the answer, as below
        } catch (Exception e) {
            throw new IOException(e); // cuts the answer, so that nobody takes it for whole
        }
    }

    private static void send(JsonAnswer answer, OutputStream out) throws IOException {
        var buffered = new BufferedOutputStream(out, CHUNK);
        try (JsonGenerator json =
                JsonBody.JSON.createGenerator(buffered).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)) {
            answer.write(json);
        }
        buffered.flush();
    }

    private JsonAnswer await(FutureTask<JsonAnswer> task) throws InterruptedException, TimeoutException {
        try {
            return task.get(step.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SandboxException known ? known : SandboxException.internal("the request", e);
        }
    }
}
