package dev.sandjar.server.door.kubebox;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.SandboxException;
import dev.sandjar.Sandboxes;
import dev.sandjar.server.limit.Transfers;
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

/** One request and its answer, for the virtual thread that serves it. When the client is gone that thread is interrupted. */
final class Call {
    private static final int PIECE = 64 * 1024;
    private static final byte[] NONE = {};

    /** As nearly all bodies are; a larger one has room in its owner's share for as long as the call lasts. */
    private static final int SMALL = 8 * 1024;

    /** How many times as much as its body a call holds: text, of two bytes a character, and what is made of it. */
    private static final long COPIES = 3;

    private final RoutingContext context;
    private final String id;
    private final KubeboxRoutes.Visitor visitor;
    private final Transfers.Room room;
    private byte[] body; // until it is read
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
        this.room = new Transfers.Room(visitor.owner());
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

    /** For so many bytes more there is room until the answer is sent. */
    void hold(long bytes) {
        room.hold(bytes);
    }

    /** What was sent, which is read once. */
    Fields body(String... names) {
        byte[] sent = body;
        body = NONE;
        if (sent.length > SMALL) {
            hold(COPIES * sent.length);
        }
        return Fields.ofBody(sent, Set.of(names));
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
            response().setChunked(true).putHeader("Content-Type", type).putHeader("X-Content-Type-Options", "nosniff");
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
            failed(Refusal.known(id, e));
        } catch (IOException e) {
            failed(e.getCause() instanceof SandboxException why ? Refusal.known(id, why) : stopped());
        } catch (InterruptedException e) {
            failed(stopped());
        } catch (Exception e) {
            failed(Refusal.unknown(id, e));
        } finally {
            room.close();
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
                .putHeader("X-Content-Type-Options", "nosniff")
                .end(Buffer.buffer(Json.bytes(Json.object().set("detail", e.detail()))));
    }
}
