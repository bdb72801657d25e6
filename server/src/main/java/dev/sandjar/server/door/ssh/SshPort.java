package dev.sandjar.server.door.ssh;

import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import dev.sandjar.server.auth.Addresses;
import dev.sandjar.server.auth.Places;
import dev.sandjar.server.config.ServerConfig;
import dev.sandjar.server.limit.Shares;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** A port that speaks nothing but SSH, if one is configured: the user's name there is the sandbox's id. */
@ApplicationScoped
class SshPort {
    private static final Logger LOG = Logger.getLogger(SshPort.class);
    private static final int WAITING = 128;
    private static final Duration REST = Duration.ofMillis(200);

    private final ServerConfig.Ssh config;
    private final String host;
    private final Places places;
    private final SshDoor door;
    private final Shares strangers = LoginSlot.room();
    private @Nullable ServerSocket listening;

    SshPort(
            ServerConfig config,
            @ConfigProperty(name = "quarkus.http.host") String httpHost,
            Places places,
            SshDoor door) {
        this.config = config.ssh();
        this.host = this.config.host().orElse(httpHost);
        this.places = places;
        this.door = door;
    }

    void start(@Observes @Priority(Interceptor.Priority.APPLICATION + 700) StartupEvent event) throws IOException {
        if (config.port().isEmpty()) {
            return;
        }
        var socket = new ServerSocket();
        listening = socket;
        int port = config.port().getAsInt();
        try {
            socket.bind(new InetSocketAddress(host, port), WAITING);
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalStateException(
                    "no SSH at " + host + ", port " + port + ": " + e.getMessage()
                            + "; set sandjar.ssh.port to another, 0 takes a free one",
                    null);
        }
        LOG.infof("SSH: ssh SANDBOX_ID@%s -p %d, host key %s", host, socket.getLocalPort(), door.fingerprint());
        Thread.ofPlatform().daemon().name("ssh-port").start(() -> accept(socket));
    }

    void stop(@Observes ShutdownEvent event) throws IOException {
        ServerSocket open = listening;
        if (open != null) {
            open.close();
        }
    }

    private void accept(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                Thread.ofVirtual().name("ssh-client").start(() -> serve(client));
            } catch (IOException e) {
                if (!socket.isClosed()) { // no descriptor is left, most likely: Java has no event for when there is one
                    LOG.warnf("the SSH port takes no client just now: %s", e.getMessage());
                    LockSupport.parkNanos(REST.toNanos());
                }
            }
        }
    }

    private void serve(Socket client) {
        String address = Addresses.of(client.getInetAddress());
        try (client;
                LoginSlot slot = LoginSlot.take(strangers, address)) {
            var guest = new Guest(address, user -> SandboxId.parse(user).flatMap(places::sandbox));
            door.serve(new PortLine(client), guest, slot);
        } catch (SandboxException tooMany) {
            LOG.debugf("%s: %s", address, tooMany.getMessage());
        } catch (Exception e) {
            LOG.debugf(e, "%s: the connection ended", address);
        }
    }
}
