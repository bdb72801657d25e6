package dev.sandjar.server.door.ssh;

import dev.sandjar.server.auth.Authentication;
import dev.sandjar.server.config.ServerConfig;
import dev.sandjar.server.limit.Shares;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.compression.BuiltinCompressions;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.global.KeepAliveHandler;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.global.NoMoreSessionsHandler;
import org.apache.sshd.server.session.ServerUserAuthServiceFactory;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** SSH over connections that are open already. One host key for all sandboxes: it is the server's, and a client learns it once. */
@ApplicationScoped
class SshDoor {
    private static final Logger LOG = Logger.getLogger(SshDoor.class);
    private static final int MOST_CONNECTIONS = 1024; // of which an owner leaves others half; HTTP has 2048

    /** What a client may send ahead on one channel; G1 takes twice as much for it. */
    private static final long WINDOW = 512 * 1024;

    /** The usual 32 KiB cost four times as many wake-ups of all threads on the way. */
    private static final long PACKET = 128 * 1024;

    /** Signatures by SHA-1; whoever has an RSA key signs by SHA-2. */
    private static final Set<String> BROKEN = Set.of("ssh-rsa", "ssh-dss");

    /** Key exchanges that cost us little: strangers may ask for them. */
    private static final Set<String> CHEAP =
            Set.of("curve25519-", "ecdh-sha2-", "mlkem", "sntrup", "diffie-hellman-group14-sha256");

    private final SshServer server = SshServer.setUpDefaultServer();
    private final Doorway doorway = new Doorway();
    private final Shares connections = new Shares(MOST_CONNECTIONS);
    private final RemotePorts ports = new RemotePorts();
    private final SessionLimits limits;
    private final Path hostKeyFile;
    private volatile String hostKey = "";
    private volatile String fingerprint = "";

    SshDoor(Authentication authentication, ServerConfig config) {
        ServerConfig.Ssh ssh = config.ssh();
        limits = new SessionLimits(ssh.login(), ssh.idle(), ssh.longest());
        var logins = new Logins(authentication);
        server.setPort(1); // of no meaning: nothing is listened at
        server.setIoServiceFactoryFactory(doorway);
        hostKeyFile = ssh.hostKey()
                .map(Path::of)
                .orElseGet(() -> Path.of(config.home()).resolve("ssh_host_key"));
        server.setSessionFactory(new CountedSession.Factory(server));
        server.setCompressionFactories(List.of(BuiltinCompressions.none)); // the others have memory of their own
        server.setPublickeyAuthenticator(logins);
        server.setPasswordAuthenticator(logins);
        server.setCommandFactory((_, line) -> new CommandRun(line));
        server.setShellFactory(_ -> new CommandRun(null));
        server.setServiceFactories(List.of(
                new OneService(ServerUserAuthServiceFactory.INSTANCE),
                new OneService(new SshConnectionService.Factory())));
        server.setSubsystemFactories(List.of(new FileTransfer.Factory()));
        server.setChannelFactories(List.of(new WorkChannel.Factory(), new DirectChannel.Factory()));
        server.setGlobalRequestHandlers(List.of(KeepAliveHandler.INSTANCE, NoMoreSessionsHandler.INSTANCE, ports));
        server.setSignatureFactories(server.getSignatureFactories().stream()
                .filter(signature -> !BROKEN.contains(signature.getName()))
                .toList());
        server.setKeyExchangeFactories(server.getKeyExchangeFactories().stream()
                .filter(exchange -> CHEAP.stream().anyMatch(exchange.getName()::startsWith))
                .toList());
        CoreModuleProperties.SERVER_IDENTIFICATION.set(server, "sandjar");
        CoreModuleProperties.KB_SERVER_INTERACTIVE_NAME.set(server, "A key of the sandbox, or a token of its owner");
        CoreModuleProperties.KB_SERVER_INTERACTIVE_PROMPT.set(server, "Token: ");
        CoreModuleProperties.AUTH_TIMEOUT.set(server, Duration.ZERO); // SessionLimits has these
        CoreModuleProperties.IDLE_TIMEOUT.set(server, Duration.ZERO);
        CoreModuleProperties.WAIT_FOR_SPACE_TIMEOUT.set(server, ssh.longest());
        CoreModuleProperties.WINDOW_SIZE.set(server, WINDOW);
        CoreModuleProperties.MAX_PACKET_SIZE.set(server, PACKET);
    }

    /** After the engine, which makes the folder of the key. */
    void open(@Observes @Priority(Interceptor.Priority.APPLICATION + 600) StartupEvent event) throws IOException {
        KeyPair pair = HostKeyFile.load(hostKeyFile);
        hostKey = PublicKeyEntry.toString(pair.getPublic());
        fingerprint = KeyUtils.getFingerPrint(pair.getPublic());
        server.setKeyPairProvider(KeyPairProvider.wrap(pair));
        server.start();
        if (!Files.exists(hostKeyFile)) {
            LOG.warnf(
                    "the SSH host key cannot be kept in %s: after a restart clients will see another one;"
                            + " name a file with sandjar.ssh.host-key",
                    hostKeyFile);
        }
    }

    /** As known_hosts has it. */
    String hostKey() {
        return hostKey;
    }

    /** Of the host key, as OpenSSH shows it to whoever connects for the first time. */
    String fingerprint() {
        return fingerprint;
    }

    void stop(@Observes ShutdownEvent event) throws IOException {
        limits.close();
        server.stop(true);
    }

    /** Serves one connection until it ends. */
    void serve(Line line, Guest guest, LoginSlot slot) throws Exception {
        var connection = new LineSession(line, guest, doorway);
        try (slot) {
            connection.serve(doorway.handler(), session -> {
                session.addSessionListener(new Life(slot));
                limits.watch(session, connection);
            });
        }
    }

    /** What happens in a session's life beside its channels. */
    private final class Life implements SessionListener {
        private final LoginSlot slot;
        private final AtomicReference<@Nullable String> owner = new AtomicReference<>(); // while it is counted
        private volatile boolean keysExchanged;

        Life(LoginSlot slot) {
            this.slot = slot;
        }

        @Override
        public void sessionEvent(Session session, Event event) {
            switch (event) {
                case KeyEstablished -> countKeys(session);
                case Authenticated -> {
                    slot.close();
                    count(session);
                }
                default -> {}
            }
        }

        /** Keys cost us more than they cost a stranger, who needs them once. */
        private void countKeys(Session session) {
            if (!session.isAuthenticated() && keysExchanged) {
                end(session, SshConstants.SSH2_DISCONNECT_PROTOCOL_ERROR, "log in before keys are exchanged again");
            }
            keysExchanged = true;
        }

        private void count(Session session) {
            String whose = Guest.sandbox(session).info().owner();
            if (!connections.tryTake(whose, 1)) {
                end(session, SshConstants.SSH2_DISCONNECT_TOO_MANY_CONNECTIONS, "close some of your connections");
                return;
            }
            owner.set(whose);
            if (!session.isOpen()) { // it ended just now, and nobody saw this
                uncount();
            }
        }

        private void uncount() {
            String whose = owner.getAndSet(null);
            if (whose != null) {
                connections.giveBack(whose, 1);
            }
        }

        private static void end(Session session, int code, String why) {
            try {
                session.disconnect(code, why);
            } catch (IOException gone) {
                // as was wanted
            }
        }

        @Override
        public void sessionClosed(Session session) {
            ports.closeAll(session);
            uncount();
        }
    }
}
