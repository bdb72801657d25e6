package dev.sandjar.compat.sessions;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.auth.password.PasswordIdentityProvider;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.cipher.Cipher;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.core.CoreModuleProperties;
import org.jspecify.annotations.Nullable;

/** A login at a session's SSH server over one tunnel. Keys, agents and settings of this machine's user are not looked at. */
final class SshConnection implements AutoCloseable {
    private static final long PACKET = 128 * 1024; // bytes; files come twice as fast as in the usual 32 KiB
    private static final int KEEP_ALIVES_WITHOUT_ANSWER = 3;

    /** MINA resolves what it connects to; this needs nobody to be asked, and is not what it connects to. */
    private static final String NOWHERE = "127.0.0.1";

    private final SshClient client;
    private final ClientSession session;
    private final Duration timeout;

    /**
     * Whom to log in as.
     *
     * @param keys tried in this order
     * @param passwords tried after the keys
     */
    record Login(String username, List<KeyPair> keys, List<String> passwords) {
        /** Without the secrets. */
        @Override
        public String toString() {
            return "Login[" + username + "]";
        }
    }

    private SshConnection(SshClient client, ClientSession session, Duration timeout) {
        this.client = client;
        this.session = session;
        this.timeout = timeout;
    }

    /**
     * Logs in.
     *
     * @param host the name by which the policy knows the server
     * @param keepAlive between questions whether it is still there; none when zero
     */
    static SshConnection open(
            HttpConnectTunnel tunnel,
            String host,
            Login login,
            HostKeyPolicy hostKeys,
            Duration timeout,
            Duration keepAlive) {
        var objection = new AtomicReference<@Nullable SandboxApiException>();
        SshClient client = client(new TunnelConnector(tunnel, host));
        client.setServerKeyVerifier((_, _, key) -> {
            Optional<String> why = objectionTo(hostKeys, host, key);
            why.ifPresent(text -> objection.compareAndSet(null, refused(host, key, text)));
            return why.isEmpty();
        });
        CoreModuleProperties.AUTH_TIMEOUT.set(client, timeout);
        CoreModuleProperties.MAX_PACKET_SIZE.set(client, PACKET);
        CoreModuleProperties.IDLE_TIMEOUT.set(client, Duration.ZERO); // a quiet command is no reason to end
        CoreModuleProperties.HEARTBEAT_NO_REPLY_MAX.set(client, KEEP_ALIVES_WITHOUT_ANSWER);
        if (keepAlive.isPositive()) {
            CoreModuleProperties.HEARTBEAT_REQUEST.set(client, "keepalive@openssh.com");
            CoreModuleProperties.HEARTBEAT_INTERVAL.set(client, keepAlive);
        }
        try {
            client.start();
            ClientSession session = client.connect(login.username(), NOWHERE, 22)
                    .verify(timeout)
                    .getSession();
            login.keys().forEach(session::addPublicKeyIdentity);
            login.passwords().forEach(session::addPasswordIdentity);
            session.auth().verify(timeout);
            return new SshConnection(client, session, timeout);
        } catch (IOException | RuntimeException e) {
            client.close(true);
            tunnel.close();
            SandboxApiException why = objection.get();
            throw why != null ? why : failed(login, e);
        }
    }

    private static Optional<String> objectionTo(HostKeyPolicy hostKeys, String host, PublicKey key) {
        try {
            return hostKeys.objection(host, key);
        } catch (RuntimeException e) { // a file that cannot be read or written: nobody is believed
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static SandboxConnectionException refused(String host, PublicKey key, String why) {
        return new SandboxConnectionException(
                "the host key of " + host + ", " + HostKeyPolicy.fingerprint(key) + ", is not believed: " + why, null);
    }

    private static SshClient client(TunnelConnector connector) {
        SshClient client = SshClient.setUpDefaultClient();
        client.setIoServiceFactoryFactory(connector);
        client.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
        client.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
        client.setPasswordIdentityProvider(PasswordIdentityProvider.EMPTY_PASSWORDS_PROVIDER);
        client.setAgentFactory(null);
        client.setCipherFactories(ciphers(client.getCipherFactories()));
        return client;
    }

    /** Twice as fast as the default's first, for files. */
    private static List<NamedFactory<Cipher>> ciphers(List<NamedFactory<Cipher>> usual) {
        var all = new ArrayList<NamedFactory<Cipher>>(List.of(BuiltinCiphers.aes128gcm, BuiltinCiphers.aes256gcm));
        usual.stream().filter(one -> !all.contains(one)).forEach(all::add);
        return all;
    }

    private static SandboxApiException failed(Login login, Exception e) {
        if (interrupted(e)) {
            return SandboxConnectionException.interrupted("an SSH login", new InterruptedException());
        }
        if (e instanceof SshException ssh
                && (ssh.getDisconnectCode() == SshConstants.SSH2_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE
                        || String.valueOf(e.getMessage()).contains("Too many authentication failures"))) {
            return new UnauthorizedException(
                    "the session's SSH server accepts none of the given keys and passwords for user "
                            + Checks.plain(login.username(), 80),
                    null,
                    Map.of(),
                    0);
        }
        return new SandboxConnectionException(
                "no SSH connection to the session: " + Checks.plain(String.valueOf(e.getMessage()), 300), e);
    }

    private static boolean interrupted(Exception e) {
        return Thread.currentThread().isInterrupted() || e instanceof InterruptedIOException;
    }

    ClientSession session() {
        return session;
    }

    /** What a failure on this connection is: the loss of it, or of one thing on it only. */
    SandboxApiException lost(String what, Exception why) {
        if (interrupted(why)) {
            return SandboxConnectionException.interrupted("an answer by SSH", new InterruptedException());
        }
        String message = what + ": " + Checks.plain(String.valueOf(why.getMessage()), 300);
        return session.isOpen()
                ? new SandboxOperationException(message, why)
                : new SandboxConnectionException("the connection was lost; " + message, why);
    }

    Duration timeout() {
        return timeout;
    }

    boolean isOpen() {
        return session.isOpen();
    }

    @Override
    public void close() {
        session.close(true);
        client.close(true);
    }
}
