package dev.sandjar.server.door.ssh;

import dev.sandjar.SandboxConnection;
import dev.sandjar.server.limit.Transfers;
import java.io.IOException;
import org.apache.sshd.client.channel.AbstractClientChannel;
import org.apache.sshd.client.future.DefaultOpenFuture;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.Closeable;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.util.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** {@code ssh -R}: a program in the sandbox has connected to a port that a client has asked for (RFC 4254, 7.2). */
final class ForwardedChannel extends AbstractClientChannel {
    private final String host;
    private final int port;
    private final SandboxConnection connection;
    private final Transfers.Place place;
    private volatile @Nullable Relay relay;

    /** @param host as the client had written it, by which it knows again what it asked for */
    ForwardedChannel(String host, int port, SandboxConnection connection, Transfers.Place place) {
        super("forwarded-tcpip");
        this.host = host;
        this.port = port;
        this.connection = connection;
        this.place = place;
    }

    @Override
    public synchronized OpenFuture open() throws IOException {
        openFuture = new DefaultOpenFuture(this, this);
        Buffer buffer = getSession().createBuffer(SshConstants.SSH_MSG_CHANNEL_OPEN);
        buffer.putString(getChannelType());
        buffer.putUInt(getChannelId());
        buffer.putUInt(getLocalWindow().getSize());
        buffer.putUInt(getLocalWindow().getPacketSize());
        buffer.putString(host);
        buffer.putUInt(port);
        buffer.putString("127.0.0.1"); // from where: which of its ports the agent does not tell
        buffer.putUInt(0);
        writePacket(buffer);
        return openFuture;
    }

    /** The client has taken it. */
    @Override
    protected void doOpen() {
        relay = new Relay(this, connection, place);
        relay.start();
    }

    @Override
    protected void doWriteData(byte[] data, int start, long length) throws IOException {
        Relay open = relay;
        if (open != null) {
            open.arrived(data, start, (int) length);
        }
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
        } else {
            connection.close();
            place.close();
        }
    }
}
