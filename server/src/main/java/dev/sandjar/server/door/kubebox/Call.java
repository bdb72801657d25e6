package dev.sandjar.server.door.kubebox;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.Sandboxes;
import dev.sandjar.wire.Json;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.jboss.logging.Logger;

/** One request and its answer, for the virtual thread that serves it. When the client is gone that thread is interrupted. */
final class Call {
    private static final Logger LOG = Logger.getLogger(Call.class);
    private static final int PIECE = 64 * 1024;

    private final RoutingContext context;
    private final String id;
    private final KubeboxRoutes.Visitor visitor;
    private final byte[] body;
    private final Thread thread = Thread.currentThread();
    private final Object state = new Object(); // guards what follows
    private boolean begun;
    private boolean over;
    private boolean gone;

    /**
     * @param id names the request in the log
     * @param body empty when there is none
     */
    Call(RoutingContext context, String id, KubeboxRoutes.Visitor visitor, byte[] body) {
        this.context = context;
        this.id = id;
        this.visitor = visitor;
        this.body = body;
        response().closeHandler(_ -> clientGone());
    }

    private void clientGone() {
        synchronized (state) {
            gone = true;
            if (!over) {
                thread.interrupt();
            }
        }
    }

    // ---- what is asked

    String owner() {
        return visitor.owner();
    }

    Sandboxes sandboxes() {
        return visitor.sandboxes();
    }

    RoutingContext context() {
        return context;
    }

    Fields body(String... names) {
        return Fields.ofBody(body, Set.of(names));
    }

    /** The parameters behind the {@code ?}, each once. */
    Fields query(String... names) {
        ObjectNode values = Json.object();
        context.queryParams().forEach(pair -> values.put(pair.getKey(), pair.getValue()));
        return new Fields("query", values, Set.of(names));
    }

    List<String> all(String parameter) {
        return context.queryParam(parameter);
    }

    private HttpServerRequest request() {
        return context.request();
    }

    private HttpServerResponse response() {
        return context.response();
    }

    // ---- what is answered

    /** JSON as it is made. */
    interface Writing {
        void write(JsonGenerator to) throws IOException;
    }

    void answer(JsonNode json) {
        begin("application/json");
        end(Json.bytes(json));
    }

    /** An answer that is sent while it is made. */
    void answer(Writing json) throws IOException {
        begin("application/json");
        var pieces = new BufferedOutputStream(pieces(), PIECE);
        try (JsonGenerator generator = Json.generator(pieces)) {
            json.write(generator);
        }
        pieces.flush();
        end(new byte[0]);
    }

    /** A space, which is no part of the JSON that follows: clients that hear nothing for long give up. Nothing once the answer has begun. */
    void space() {
        synchronized (state) {
            if (!begun && !gone) {
                headOnce("application/json");
                response().write(" ");
            }
        }
    }

    /** Whether the status was sent, which is 200 then. */
    boolean hasBegun() {
        return response().headWritten();
    }

    /** What comes next is the answer. */
    void begin(String type) {
        synchronized (state) {
            begun = true;
            headOnce(type);
        }
    }

    private void headOnce(String type) {
        if (!hasBegun()) {
            response().setChunked(true).putHeader("Content-Type", type);
        }
    }

    private OutputStream pieces() {
        return new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] from, int start, int length) throws IOException {
                Call.this.write(Arrays.copyOfRange(from, start, start + length));
            }
        };
    }

    /** One piece; returns when it is on its way. */
    void write(byte[] piece) throws IOException {
        try {
            response()
                    .write(Buffer.buffer(piece))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get();
        } catch (ExecutionException e) {
            throw new IOException("the client is gone", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the client is gone", e);
        }
    }

    void end(byte[] last) {
        response().end(Buffer.buffer(last));
    }

    // ---- the end

    void serve(KubeboxRoutes.Handling handling) {
        try {
            handling.handle(this);
        } catch (Refusal e) {
            failed(e);
        } catch (SandboxException e) {
            failed(known(id, e));
        } catch (IOException e) {
            failed(e.getCause() instanceof SandboxException why ? known(id, why) : stopped());
        } catch (InterruptedException e) {
            failed(stopped());
        } catch (Exception e) {
            failed(unknown(id, e));
        } finally {
            synchronized (state) {
                over = true;
            }
        }
    }

    private static Refusal stopped() {
        return new Refusal(503, "the server stops; try again");
    }

    private void failed(Refusal e) {
        synchronized (state) {
            if (gone) {
                return; // nobody to tell
            }
        }
        if (hasBegun()) {
            request().connection().close(); // so that nobody takes it for whole
        } else {
            tell(response(), e);
        }
    }

    static void tell(HttpServerResponse response, Refusal e) {
        if (e.status() == 401) {
            response.putHeader("WWW-Authenticate", "Bearer");
        }
        if (e.status() == 429 && !response.headers().contains("Retry-After")) {
            response.putHeader("Retry-After", "1");
        }
        response.setStatusCode(e.status())
                .setChunked(false)
                .putHeader("Content-Type", "application/json")
                .end(Buffer.buffer(Json.bytes(Json.object().set("detail", e.detail()))));
    }

    /** What the operator needs and the client is not told is in the log. */
    static Refusal known(String id, SandboxException e) {
        if (e.code() == ErrorCode.INTERNAL || e.code() == ErrorCode.START_FAILED) {
            LOG.errorf(e, "%s: %s", id, e.getMessage());
        }
        return Refusal.of(e);
    }

    static Refusal unknown(String id, Exception e) {
        LOG.error(id, e);
        return Refusal.of(SandboxException.internal("the request", e));
    }
}
