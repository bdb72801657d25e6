package dev.sandjar.server.connection;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** A request becomes what it asks to be, a WebSocket or a tunnel, and passes from its event loop to a thread that blocks. */
public final class Handover {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private Handover() {}

    /**
     * Returns once it has changed. One that does not is cut: nobody would be there for what comes too late.
     *
     * @param request paused
     * @param loop of the request
     * @param change {@code toWebSocket} or {@code toNetSocket}
     * @param make of what the request is now, on its event loop, where nothing arrives in between: it would be lost
     */
    public static <S, T> T await(
            HttpServerRequest request, Context loop, Function<HttpServerRequest, Future<S>> change, Function<S, T> make)
            throws IOException, InterruptedException {
        Uncounted.mark(request);
        return await(request, loop, change, make, LIMIT);
    }

    static <S, T> T await(
            HttpServerRequest request,
            Context loop,
            Function<HttpServerRequest, Future<S>> change,
            Function<S, T> make,
            Duration limit)
            throws IOException, InterruptedException {
        var made = new CompletableFuture<T>();
        loop.runOnContext(_ -> {
            try {
                change.apply(request)
                        .map(changed -> {
                            if (made.isCancelled() || !Cut.isOpen(request.connection())) {
                                throw new IllegalStateException("nobody waits for it");
                            }
                            return make.apply(changed);
                        })
                        .onSuccess(made::complete)
                        .onFailure(why -> {
                            made.completeExceptionally(why);
                            request.pause(); // or Vert.x would change it all the same, for nobody
                        });
            } catch (RuntimeException gone) { // of a client that has hung up there is nothing left to take
                made.completeExceptionally(gone);
            }
        });
        try {
            return made.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw Cut.isOpen(request.connection())
                    ? new IOException("no upgrade", e)
                    : new InterruptedIOException("the client is gone");
        } catch (TimeoutException e) {
            throw new IOException("no upgrade", e);
        } finally {
            made.cancel(false);
            if (made.isCompletedExceptionally()) { // what is being made just now hears of its end
                Cut.now(request.connection());
            }
        }
    }
}
