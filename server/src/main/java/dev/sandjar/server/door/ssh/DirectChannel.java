package dev.sandjar.server.door.ssh;

import dev.sandjar.ErrorCode;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxConnection;
import dev.sandjar.SandboxException;
import dev.sandjar.server.limit.Transfers;
import java.io.IOException;
import java.util.List;
import org.apache.sshd.client.future.DefaultOpenFuture;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.Closeable;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.ChannelFactory;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.channel.AbstractServerChannel;
import org.jspecify.annotations.Nullable;

/** {@code ssh -L}: a client's program reaches a port of the sandbox's own loopback, and nothing else (RFC 4254, 7.2). */
final class DirectChannel extends AbstractServerChannel {
    private volatile @Nullable Relay relay;

    private DirectChannel() {
        super("direct-tcpip", List.of(), null);
    }

    @Override
    protected OpenFuture doInit(Buffer buffer) {
        String host = buffer.getString();
        long port = buffer.getUInt();
        if (Channels.tooMany(this)) {
            return Channels.refused(this);
        }
        if (!Loopback.is(host)) {
            return Channels.refused(this, SshConstants.SSH_OPEN_ADMINISTRATIVELY_PROHIBITED);
        }
        var opened = new DefaultOpenFuture(this, this);
        Thread.ofVirtual().name("ssh-dial").start(() -> dial((int) Math.min(port, Integer.MAX_VALUE), opened));
        return opened;
    }

    private void dial(int port, OpenFuture opened) {
        Relay made;
        try {
            Sandbox sandbox = Guest.sandbox(getSession());
            made = relay(sandbox, port);
        } catch (SandboxException e) {
            boolean full = e.code() == ErrorCode.RATE_LIMITED || e.code() == ErrorCode.NO_CAPACITY;
            Channels.refuse(
                    this,
                    opened,
                    full ? SshConstants.SSH_OPEN_RESOURCE_SHORTAGE : SshConstants.SSH_OPEN_CONNECT_FAILED);
            return;
        }
        relay = made;
        signalChannelOpenSuccess();
        opened.setOpened(); // which tells the client
        made.start();
        if (isClosing()) {
            made.end(); // nobody else saw it
        }
    }

    private Relay relay(Sandbox sandbox, int port) {
        Transfers.Place place =
                Transfers.begin(Transfers.Kind.CHANNEL, sandbox.info().owner());
        try {
            SandboxConnection connection = sandbox.dial(port);
            return new Relay(this, connection, place);
        } catch (SandboxException e) {
            place.close();
            throw e;
        }
    }

    @Override
    protected void doWriteData(byte[] data, int start, long length) throws IOException {
        Relay open = relay;
        if (open != null) {
            open.arrived(data, start, (int) length);
        }
    }

    @Override
    protected void doWriteExtendedData(byte[] data, int start, long length) throws IOException {
        throw new IOException("a forwarded port has no errors apart");
    }

    @Override
    public void handleEof() throws IOException {
        super.handleEof();
        Relay open = relay;
        if (open != null) {
            open.arrivedAll();
        }
    }

    @Override
    protected Closeable getInnerCloseable() {
        return builder()
                .run(toString(), this::letGo)
                .close(super.getInnerCloseable())
                .build();
    }

    private void letGo() {
        Relay open = relay;
        if (open != null) {
            open.end();
        }
    }

    /** For MINA. */
    static final class Factory implements ChannelFactory {
        @Override
        public String getName() {
            return "direct-tcpip";
        }

        @Override
        public Channel createChannel(Session session) {
            return new DirectChannel();
        }
    }
}
