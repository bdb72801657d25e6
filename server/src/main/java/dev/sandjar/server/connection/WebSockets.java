package dev.sandjar.server.connection;

import dev.sandjar.wire.StreamMessages;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;

/** How WebSockets are spoken: without compression, since a message that is small on its way could be large here. */
@Singleton
public class WebSockets implements HttpServerOptionsCustomizer {
    private static final int LONGEST_FRAME = 16 * 1024; // Vert.x keeps sixteen of a connection that is paused
    private static final int CLOSING = 2; // seconds that a client may take to agree that it is over

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        options.setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setMaxWebSocketFrameSize(LONGEST_FRAME)
                .setWebSocketClosingTimeout(CLOSING)
                .addWebSocketSubProtocol(StreamMessages.PROTOCOL);
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        customizeHttpServer(options);
    }
}
