package dev.sandjar.server.door.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.SandboxException;
import dev.sandjar.server.config.ServerConfig;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Answers that take long. Clients give up when they read nothing for 30 seconds, though a run may take 300: after a while the status is
 * sent and a space now and then, which is no part of the JSON that follows. An error that comes later than that is then told in the body.
 */
@Singleton
class Patience {
    private final Duration step;

    Patience(ServerConfig config) {
        this.step = config.keepAlive();
    }

    Response answer(int status, Callable<ObjectNode> work) throws InterruptedException {
        var task = new FutureTask<>(work);
        Thread worker = Thread.ofVirtual().name("answer").start(task);
        try {
            return Response.status(status).entity(await(task)).build();
        } catch (TimeoutException takesLonger) {
            StreamingOutput slowly = out -> stream(task, worker, out);
            return Response.status(status)
                    .type(MediaType.APPLICATION_JSON)
                    .entity(slowly)
                    .build();
        } catch (InterruptedException e) {
            worker.interrupt();
            throw e;
        }
    }

    private void stream(FutureTask<ObjectNode> task, Thread worker, OutputStream out) throws IOException {
        try {
            while (true) {
                out.write(' ');
                out.flush();
                try {
                    out.write(await(task).toString().getBytes(StandardCharsets.UTF_8));
                    return;
                } catch (TimeoutException notYet) {
                    // one more space
                } catch (SandboxException late) {
                    out.write(Errors.body(late, "", false).toString().getBytes(StandardCharsets.UTF_8));
                    return;
                }
            }
        } catch (IOException clientIsGone) {
            worker.interrupt(); // what nobody waits for is ended
            throw clientIsGone;
        } catch (InterruptedException e) {
            worker.interrupt();
            Thread.currentThread().interrupt();
        }
    }

    private ObjectNode await(FutureTask<ObjectNode> task) throws InterruptedException, TimeoutException {
        try {
            return task.get(step.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SandboxException known ? known : SandboxException.internal("the request", e);
        }
    }
}
