package dev.sandjar.server.connection;

import dev.sandjar.server.config.ServerConfig;
import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.channel.Channel;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;
import java.util.function.Consumer;

/** Puts a guard before each connection. Quarkus and Vert.x let nobody at one before its first request; Netty does, by an extension. */
@Singleton
public class ConnectionGuards implements HttpServerOptionsCustomizer {
    private static volatile Consumer<Channel> guard = _ -> {}; // Netty makes the extension, so what it needs lies here

    private final ServerConfig.Limits limits;

    ConnectionGuards(ServerConfig config) {
        limits = config.limits();
    }

    /** Has Netty look for extensions; before the server listens. */
    public static void enable() {
        System.setProperty(ChannelInitializerExtension.EXTENSIONS_SYSTEM_PROPERTY, "serviceload");
    }

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        var counts = new AddressCounts(limits.connectionsPerAddress());
        guard = channel -> channel.pipeline().addFirst(new ConnectionGuard(options, limits.head(), counts));
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        customizeHttpServer(options); // one of the two listens
    }

    /** What Netty finds. */
    public static final class Extension extends ChannelInitializerExtension {
        @Override
        public void postInitializeServerChildChannel(Channel channel) {
            guard.accept(channel);
        }
    }
}
