package dev.sandjar.server.door.kubebox;

import dev.sandjar.server.connection.Handover;
import dev.sandjar.server.limit.RateLimits;
import dev.sandjar.server.limit.Shares;
import io.socket.engineio.server.EngineIoServer;
import io.socket.engineio.server.EngineIoServerOptions;
import io.socket.socketio.server.SocketIoServer;
import io.socket.socketio.server.SocketIoSocket;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** {@code /socket.io/}: WebSockets that speak Engine.IO 4. Each has a server of that library to itself, so that what belongs to whom needs no table. */
final class SocketDoor {
    private static final Logger LOG = Logger.getLogger(SocketDoor.class);
    private static final long PING_INTERVAL = 25_000; // ms
    private static final long PING_TIMEOUT = 60_000; // ms
    private static final int MOST_CLIENTS = 1_000;

    private final Vertx vertx;
    private final Sessions sessions;
    private final RateLimits limits;
    private final HeldCommands held;
    private final EngineIoServerOptions options;
    private final Shares clients = new Shares(MOST_CLIENTS);

    SocketDoor(Vertx vertx, Sessions sessions, RateLimits limits) {
        this.vertx = vertx;
        this.sessions = sessions;
        this.limits = limits;
        this.held = new HeldCommands(vertx);
        this.options = EngineIoServerOptions.newFromDefault()
                .setPingInterval(PING_INTERVAL)
                .setPingTimeout(PING_TIMEOUT)
                .setCorsHandlingDisabled(true);
        options.setScheduledExecutorService(timers());
    }

    private static ScheduledExecutorService timers() {
        var timers = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("kubebox-pings").factory());
        timers.setRemoveOnCancelPolicy(true); // each message sets a timer anew
        return timers;
    }

    /** Whether it can be upgraded; one that cannot is refused in the words of Engine.IO. */
    boolean accepts(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (!"4".equals(request.getParam("EIO"))) {
            return refuse(context, 5, "Unsupported protocol version; this server speaks EIO=4");
        }
        if (!"websocket".equals(request.getParam("transport"))) {
            return refuse(context, 0, "Transport unknown; connect with transports=[\"websocket\"]");
        }
        if (request.getParam("sid") != null) {
            return refuse(context, 1, "Session ID unknown; connect without one");
        }
        if (!"websocket".equalsIgnoreCase(request.getHeader("Upgrade"))) {
            return refuse(context, 3, "Bad request; send Upgrade: websocket");
        }
        return true;
    }

    private static boolean refuse(RoutingContext context, int code, String message) {
        context.response()
                .setStatusCode(400)
                .putHeader("Content-Type", "application/json")
                .end(new JsonObject().put("code", code).put("message", message).toBuffer());
        return false;
    }

    /** Serves a client that was let in, until it is gone. */
    void serve(RoutingContext context, Context loop, KubeboxRoutes.Visitor visitor) {
        String owner = visitor.owner();
        if (!clients.tryTake(owner, 1)) {
            throw new Refusal(429, "You have as many connections as there is room for; close some");
        }
        try {
            exchange(line(context.request(), loop, owner), visitor);
        } catch (Exception e) {
            LOG.debug("a client was cut", e);
            context.request().connection().close();
        } finally {
            clients.giveBack(owner, 1);
        }
    }

    private SocketLine line(HttpServerRequest request, Context loop, String owner)
            throws IOException, InterruptedException {
        HttpConnection connection = request.connection();
        return Handover.await(
                request,
                loop,
                HttpServerRequest::toWebSocket,
                socket -> new SocketLine(vertx, socket, connection, owner));
    }

    private void exchange(SocketLine line, KubeboxRoutes.Visitor visitor) throws InterruptedException {
        var engine = new EngineIoServer(options);
        var client = new AtomicReference<@Nullable SocketClient>();
        new SocketIoServer(engine).namespace("/").on("connection", arguments -> {
            var connected = client(visitor, line, (SocketIoSocket) arguments[0]);
            if (!client.compareAndSet(null, connected)) {
                line.cut(); // once is enough
            }
        });
        try {
            engine.handleWebSocket(line);
            line.serve();
        } finally {
            line.cut();
            Optional.ofNullable(client.get()).ifPresent(SocketClient::gone);
        }
    }

    private SocketClient client(KubeboxRoutes.Visitor visitor, SocketLine line, SocketIoSocket socket) {
        var client = new SocketClient(visitor.owner(), visitor.sandboxes(), sessions, held, limits, line, socket);
        socket.registerAllEventListener(client::take);
        return client;
    }
}
