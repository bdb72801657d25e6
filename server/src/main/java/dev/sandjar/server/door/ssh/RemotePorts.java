package dev.sandjar.server.door.ssh;

import dev.sandjar.Sandbox;
import dev.sandjar.SandboxConnection;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxListener;
import dev.sandjar.server.limit.Transfers;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.RequestHandler;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.helpers.AbstractConnectionService;
import org.apache.sshd.common.util.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * The ports in sandboxes that clients have asked for ({@code ssh -R}; RFC 4254, 7.1). Each ends with its client's session.
 *
 * <p>The sandbox's kernel keeps who waits, so a client that takes no channels stops nobody but the programs that connect to it.
 */
final class RemotePorts implements RequestHandler<ConnectionService> {
    private static final AttributeKey<Map<Integer, SandboxListener>> OPEN = new AttributeKey<>();
    private static final int MOST = 16; // of one session
    private static final int MOST_FORWARDED = 16; // channels of one session at a time
    private static final int LARGEST_PORT = 65_535;

    @Override
    public Result process(ConnectionService service, String request, boolean wantsReply, Buffer buffer)
            throws IOException {
        return switch (request) {
            case "tcpip-forward" -> listen(service, buffer.getString(), buffer.getUInt(), wantsReply);
            case "cancel-tcpip-forward" -> cancel(service.getSession(), buffer.getString(), buffer.getUInt());
            default -> Result.Unsupported;
        };
    }

    private Result listen(ConnectionService service, String host, long port, boolean wantsReply) throws IOException {
        Session session = service.getSession();
        Map<Integer, SandboxListener> open = of(session);
        Optional<String> refusal = refusal(host, port, open.size());
        if (refusal.isPresent()) {
            session.sendDebugMessage(true, "sandjar: " + refusal.get(), null);
            return Result.ReplyFailure;
        }
        SandboxListener listener;
        try {
            listener = Guest.sandbox(session).listen((int) port);
        } catch (SandboxException e) {
            session.sendDebugMessage(true, "sandjar: " + e.getMessage(), null);
            return Result.ReplyFailure;
        }
        SandboxListener earlier = open.put(listener.port(), listener);
        if (earlier != null) { // which an honest agent would not have let happen
            earlier.close();
        }
        if (!session.isOpen()) {
            closeAll(session);
        }
        if (wantsReply) {
            Buffer reply = session.createBuffer(SshConstants.SSH_MSG_REQUEST_SUCCESS);
            if (port == 0) {
                reply.putUInt(listener.port());
            }
            session.writePacket(reply);
        }
        Thread.ofVirtual().name("ssh-accept").start(() -> accept(service, host, listener));
        return wantsReply ? Result.Replied : Result.ReplySuccess;
    }

    private static Optional<String> refusal(String host, long port, int open) {
        if (!Loopback.is(host)) {
            return Optional.of(Loopback.REFUSAL);
        }
        if (port > LARGEST_PORT) {
            return Optional.of("there is no port " + port);
        }
        return open < MOST ? Optional.empty() : Optional.of("no more than " + MOST + " ports");
    }

    private void accept(ConnectionService service, String host, SandboxListener listener) {
        try (listener) {
            while (true) {
                offer(service, host, listener.port(), listener.accept());
            }
        } catch (SandboxException | IOException over) {
            of(service.getSession())
                    .remove(listener.port(), listener); // the sandbox is gone, or nobody listens any more
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void offer(ConnectionService service, String host, int port, SandboxConnection connection)
            throws IOException {
        try {
            offerOrThrow(service, host, port, connection);
        } catch (IllegalStateException closing) { // MINA's word for a session that ends just now
            connection.close();
            throw new IOException(closing);
        } catch (IOException | SandboxException e) {
            connection.close();
            throw e;
        }
    }

    private static void offerOrThrow(ConnectionService service, String host, int port, SandboxConnection connection)
            throws IOException {
        Sandbox sandbox = Guest.sandbox(service.getSession());
        if (forwarded(service) >= MOST_FORWARDED) {
            connection.close();
            return;
        }
        Transfers.@Nullable Place place =
                Transfers.place(Transfers.Kind.CHANNEL, sandbox.info().owner()).orElse(null);
        if (place == null) {
            connection.close(); // the program sees that nobody takes it
            return;
        }
        OpenFuture offered;
        var channel = new ForwardedChannel(host, port, connection, place);
        try {
            service.registerChannel(channel);
            offered = channel.open();
        } catch (IOException | RuntimeException e) {
            place.close();
            throw e;
        }
        offered.addListener(opened -> {
            if (!opened.isOpened()) {
                channel.close(true);
            }
        });
    }

    /** How many of the connection's channels programs have made: the code inside shall not use up all that its owner may have. */
    private static long forwarded(ConnectionService service) {
        return ((AbstractConnectionService) service)
                .getChannels().stream()
                        .filter(ForwardedChannel.class::isInstance)
                        .count();
    }

    private Result cancel(Session session, String host, long port) {
        SandboxListener listener = Loopback.is(host) ? of(session).remove((int) port) : null;
        if (listener == null) {
            return Result.ReplyFailure;
        }
        listener.close();
        return Result.ReplySuccess;
    }

    /** When a session ends. */
    void closeAll(Session session) {
        Map<Integer, SandboxListener> open = of(session);
        open.values().forEach(SandboxListener::close);
        open.clear();
    }

    private static Map<Integer, SandboxListener> of(Session session) {
        return session.computeAttributeIfAbsent(OPEN, _ -> new ConcurrentHashMap<>());
    }
}
