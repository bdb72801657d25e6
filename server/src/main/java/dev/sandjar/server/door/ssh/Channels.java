package dev.sandjar.server.door.ssh;

import org.apache.sshd.client.future.DefaultOpenFuture;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.AbstractChannel;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;
import org.apache.sshd.common.session.helpers.AbstractConnectionService;

/** How many channels a connection may have. MINA's own limit ends the whole connection. */
final class Channels {
    private static final int MOST = 128;

    private Channels() {}

    /** Whether that one, which is counted already, is too many. */
    static boolean tooMany(AbstractChannel channel) {
        return channel.getSession()
                        .getService(AbstractConnectionService.class)
                        .getChannels()
                        .size()
                > MOST;
    }

    static OpenFuture refused(AbstractChannel channel) {
        return refused(channel, SshConstants.SSH_OPEN_RESOURCE_SHORTAGE);
    }

    /** @param code of RFC 4254, 5.1; the client is told its {@link #reason} */
    static OpenFuture refused(AbstractChannel channel, int code) {
        var opened = new DefaultOpenFuture(channel, channel);
        refuse(channel, opened, code);
        return opened;
    }

    /** And forgets it: MINA would keep it as long as its connection. */
    static void refuse(AbstractChannel channel, OpenFuture opened, int code) {
        opened.setException(new SshChannelOpenException(channel.getChannelId(), code, reason(code, "")));
        channel.close(true);
    }

    /** @param otherwise for what is not refused here */
    static String reason(int code, String otherwise) {
        return switch (code) {
            case SshConstants.SSH_OPEN_ADMINISTRATIVELY_PROHIBITED -> Loopback.REFUSAL;
            case SshConstants.SSH_OPEN_CONNECT_FAILED -> "nothing listens on that port of the sandbox, or it is gone";
            case SshConstants.SSH_OPEN_RESOURCE_SHORTAGE ->
                "no more than " + MOST + " channels, or less where memory is short";
            default -> otherwise;
        };
    }
}
