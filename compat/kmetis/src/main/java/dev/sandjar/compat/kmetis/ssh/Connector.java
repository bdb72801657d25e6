package dev.sandjar.compat.kmetis.ssh;

import dev.sandjar.compat.kmetis.error.SshConnectionException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.auth.pubkey.UserAuthPublicKeyFactory;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.cipher.Cipher;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.core.CoreModuleProperties;

/** Opens connections: by the target's own key alone, never by what lies in the home folder or in an agent. */
final class Connector implements AutoCloseable {
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    private static final int UNANSWERED_HEARTBEATS = 2;
    private static final long PACKET = 128 * 1024; // bytes; files come twice as fast as in the usual 32 KiB

    private final HostKeys hostKeys = new HostKeys();
    private final Duration timeout;
    private final SshClient client;

    /** @param timeout of the whole: TCP, key exchange and login */
    Connector(Duration timeout) {
        this.timeout = timeout;
        client = SshClient.setUpDefaultClient();
        client.setServerKeyVerifier(hostKeys);
        client.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
        client.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
        client.setFilePasswordProvider(FilePasswordProvider.EMPTY);
        client.setUserAuthFactories(List.of(UserAuthPublicKeyFactory.INSTANCE));
        client.setCipherFactories(ciphers(client.getCipherFactories()));
        CoreModuleProperties.TCP_NODELAY.set(client, true); // else a command waits 40 ms for an acknowledgement
        CoreModuleProperties.MAX_PACKET_SIZE.set(client, PACKET);
        CoreModuleProperties.HEARTBEAT_INTERVAL.set(
                client, HEARTBEAT); // a dead peer is noticed without asking before each command
        CoreModuleProperties.HEARTBEAT_NO_REPLY_MAX.set(client, UNANSWERED_HEARTBEATS);
        CoreModuleProperties.IDLE_TIMEOUT.set(client, Duration.ZERO); // the pool decides
        client.start();
    }

    /** Twice as fast as the default's first, for files. */
    private static List<NamedFactory<Cipher>> ciphers(List<NamedFactory<Cipher>> usual) {
        var all = new ArrayList<NamedFactory<Cipher>>(List.of(BuiltinCiphers.aes128gcm, BuiltinCiphers.aes256gcm));
        usual.stream().filter(one -> !all.contains(one)).forEach(all::add);
        return all;
    }

    /** Blocks for no longer than the timeout. */
    ClientSession connect(SshTarget target) {
        ClientSession session = null;
        long end = System.nanoTime() + timeout.toNanos();
        try {
            session = client.connect(
                            target.username(),
                            new InetSocketAddress(target.address(), target.port()),
                            hostKeys.context(target),
                            null)
                    .verify(timeout)
                    .getSession();
            session.addPublicKeyIdentity(target.key().pair());
            session.auth().verify(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            return session;
        } catch (IOException | RuntimeException e) {
            if (session != null) {
                session.close(true);
            }
            throw failed(target, e, System.nanoTime() >= end);
        }
    }

    private SshConnectionException failed(SshTarget target, Exception e, boolean late) {
        String what = "no SSH connection to sandbox " + target.sandboxId() + " at " + target.address() + ":"
                + target.port() + " as " + target.username();
        if (e instanceof SshException ssh
                && ssh.getDisconnectCode() == SshConstants.SSH2_DISCONNECT_HOST_KEY_NOT_VERIFIABLE) {
            return new SshConnectionException(
                    what + ": whoever answers there shows another host key than the sandbox has",
                    "check the address and port: a port-forward may lead to another pod",
                    e);
        }
        if (e instanceof SshException ssh
                && ssh.getDisconnectCode() == SshConstants.SSH2_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE) {
            return new SshConnectionException(
                    what + ": key " + target.key() + " is not accepted",
                    "use the private key that belongs to the sandbox's public key, and the user it was made for",
                    e);
        }
        return new SshConnectionException(
                what
                        + (late
                                ? " within " + timeout.toMillis() / 1e3 + " seconds (SSH_TIMEOUT)"
                                : ": " + e.getMessage()),
                "check that the pod runs and that its address can be reached from here; if not, open through a port-forward",
                e);
    }

    void forget(String sandboxId) {
        hostKeys.forget(sandboxId);
    }

    Duration timeout() {
        return timeout;
    }

    @Override
    public void close() {
        client.stop();
    }
}
