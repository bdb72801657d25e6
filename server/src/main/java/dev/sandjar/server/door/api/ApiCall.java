package dev.sandjar.server.door.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sandjar.CommandId;
import dev.sandjar.ErrorCode;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.Sandboxes;
import dev.sandjar.server.body.Outgoing;
import dev.sandjar.server.body.RequestBody;
import dev.sandjar.server.body.WholeBody;
import dev.sandjar.server.connection.Cut;
import dev.sandjar.server.connection.Handover;
import dev.sandjar.wire.Errors;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.Json;
import io.netty.buffer.Unpooled;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.buffer.impl.BufferImpl;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One request and its answer, for the virtual thread that serves it. */
final class ApiCall {
    private static final Logger LOG = Logger.getLogger(ApiCall.class);

    private final Context loop;
    private final HttpServerRequest request;
    private final String id;
    private final Map<String, String> path;
    private final Callers.Known caller;
    private final Thread thread;
    private final AtomicBoolean served = new AtomicBoolean(); // no interruption reaches the thread after that
    private volatile boolean interrupting;
    private volatile boolean gone;
    private volatile @Nullable FrameSink sink;
    private boolean answered;
    private byte[] body = {};

    /**
     * @param loop of the request
     * @param id names the request, in its answer and in the log
     */
    ApiCall(Context loop, HttpServerRequest request, String id, Map<String, String> path, Callers callers) {
        this.loop = loop;
        this.request = request;
        this.id = id;
        this.path = path;
        this.thread = Thread.currentThread();
        this.caller = callers.caller(request);
        request.response().closeHandler(_ -> clientGone());
    }

    // ---- what is asked

    String owner() {
        return caller.owner();
    }

    Sandboxes sandboxes() {
        return caller.sandboxes();
    }

    /** One of this caller's; unknown, malformed and somebody else's are all the same. */
    Sandbox sandbox() {
        String id = path("sandbox");
        return sandboxes().get(SandboxId.parse(id).orElseThrow(() -> SandboxException.sandboxNotFound("of that id")));
    }

    CommandId commandId() {
        return CommandId.parse(path("command")).orElseThrow(() -> SandboxException.commandNotFound("of that id"));
    }

    /** From the offset that is asked for. */
    RunningCommand command() {
        return sandbox().attach(commandId(), whole("offset", 0));
    }

    String path(String name) {
        return path.getOrDefault(name, "");
    }

    Optional<String> query(String name) {
        return Optional.ofNullable(request.getParam(name));
    }

    String needed(String name) {
        return query(name).orElseThrow(() -> SandboxException.invalid(name, "missing", "a value"));
    }

    long whole(String name, long otherwise) {
        return query(name).map(text -> number(name, text)).orElse(otherwise);
    }

    boolean flag(String name) {
        return query(name)
                .map(text -> switch (text) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw SandboxException.invalid(name, "something else", "true or false");
                })
                .orElse(false);
    }

    static long number(String name, String text) {
        if (!text.matches("-?[0-9]{1,18}")) {
            throw SandboxException.invalid(name, "something else", "a whole number");
        }
        return Long.parseLong(text);
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(request.getHeader(name));
    }

    /** What {@link #json} is made of. */
    void read(byte[] whole) {
        body = whole;
    }

    JsonNode json() {
        try {
            return Json.parseRequest(body);
        } catch (StreamConstraintsException e) {
            throw WholeBody.tooMany(Json.MOST_TOKENS);
        } catch (JsonProcessingException e) {
            throw SandboxException.invalid("body", "no JSON", "one JSON value");
        }
    }

    /** The body as it arrives. Its first read tells the client to send it, if the client asked. */
    FrameContent content(Duration silence) {
        return new FrameContent(new RequestBody(request, silence));
    }

    // ---- what is answered

    void answer(int status, JsonNode json) {
        answered = true;
        request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(Buffer.buffer(Json.bytes(json)));
    }

    /** @param sent runs when nothing of it is left in our memory */
    void answer(int status, ByteBuffer bytes, Runnable sent) {
        answered = true;
        request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/octet-stream")
                .putHeader("X-Content-Type-Options", "nosniff")
                .end(BufferImpl.buffer(Unpooled.wrappedBuffer(bytes)))
                .onComplete(_ -> sent.run());
    }

    void done() {
        answered = true;
        request.response().setStatusCode(204).end();
    }

    /** Serving stops by interruption when the client is gone; for what makes no sense without it. */
    void interruptWhenGone() {
        interrupting = true;
        if (gone) {
            interrupt();
        }
    }

    private void clientGone() {
        gone = true;
        FrameSink open = sink;
        if (open != null) {
            open.gone();
        }
        if (interrupting) {
            interrupt();
        }
    }

    private void interrupt() {
        synchronized (served) {
            if (!served.get()) {
                thread.interrupt();
            }
        }
    }

    /** Answers with frames; when the client is gone, serving is interrupted. The head leaves with the first frame. */
    FrameSink frames() {
        HttpServerResponse response = request.resume().response();
        response.setChunked(true).putHeader("Content-Type", Frame.CONTENT_TYPE);
        FrameSink opened = new FrameSink(loop.owner(), response::write, owner(), () -> Cut.now(request.connection()));
        sink = opened;
        if (gone) {
            opened.gone();
        }
        interruptWhenGone();
        return opened;
    }

    void header(String name, String value) {
        request.response().putHeader(name, value);
    }

    /** The last frame. */
    void last(Frame frame) {
        answered = true;
        FrameSink open = sink;
        if (open != null) {
            request.response().end(open.end(frame));
        }
    }

    /** Ends the connection in the middle, for a client that has given it up. */
    void cut() {
        answered = true;
        request.connection().close();
    }

    void requireUpgrade() {
        if (header("Upgrade").filter(Frame.UPGRADE::equalsIgnoreCase).isEmpty()) {
            throw new SandboxException(
                    ErrorCode.INVALID_ARGUMENT,
                    "this is a connection of frames, and the request does not ask for one",
                    "send Connection: Upgrade and Upgrade: " + Frame.UPGRADE
                            + "; for HTTP to a port use /v1/sandboxes/ID/ports/PORT/",
                    null);
        }
    }

    /** Frames both ways from now on. */
    Tunnel upgrade() throws IOException, InterruptedException {
        answered = true;
        return Handover.await(
                request,
                loop,
                HttpServerRequest::toNetSocket,
                socket -> new Tunnel(loop.owner(), socket.pause(), owner()));
    }

    // ---- the end

    void serve(ApiDoor.Handling handling) {
        try {
            handling.handle(this);
        } catch (SandboxException e) {
            noted(e);
            failed(e);
        } catch (Outgoing.GoneException | InterruptedException | InterruptedIOException e) {
            failed(interrupted());
        } catch (Exception e) {
            failed(unknown(id, e));
        } finally {
            synchronized (served) {
                served.set(true);
            }
            if (sink != null) {
                sink.close();
            }
        }
    }

    private void failed(SandboxException e) {
        if (answered || gone) {
            return; // nobody to tell
        }
        if (sink != null) {
            last(new Frame.Failed(e));
        } else {
            if (e.code() == ErrorCode.RATE_LIMITED
                    && !request.response().headers().contains("Retry-After")) {
                header("Retry-After", "1");
            }
            answer(e.code().httpStatus(), Errors.write(e, id));
        }
    }

    /** What the operator needs and the client is not told. */
    private void noted(SandboxException e) {
        if (e.code() == ErrorCode.INTERNAL || e.code() == ErrorCode.START_FAILED) {
            LOG.errorf(e, "%s: %s %s: %s", id, request.method(), request.path(), e.getMessage());
        }
    }

    private static SandboxException interrupted() {
        return new SandboxException(ErrorCode.UNAVAILABLE, "the server stops", "try again", null);
    }

    static SandboxException unknown(String id, Exception e) {
        LOG.error(id, e);
        return SandboxException.internal("the request", e);
    }
}
