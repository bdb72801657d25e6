package dev.sandjar.server.door.ssh;

import dev.sandjar.Ending;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxConnection;
import java.io.IOException;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.apache.sshd.server.subsystem.SubsystemFactory;
import org.jspecify.annotations.Nullable;

/** SFTP: the sandbox's own agent answers it, with the rights of the sandbox's user; here its packets only pass. */
final class FileTransfer extends SandboxWork {
    private static final int BROKEN = 1; // it ended before its client did

    private volatile @Nullable SandboxConnection connection;
    private volatile boolean clientEnded;

    @Override
    Ending work(Sandbox sandbox, ChannelSession channel, Environment environment) throws IOException {
        try (SandboxConnection session = sandbox.sftp()) {
            connection = session;
            Pump.start("sftp-up", input(), session.output(), () -> clientEnded = true);
            Pump.carry(session.input(), output());
            return new Ending.Exited(clientEnded ? 0 : BROKEN);
        }
    }

    @Override
    public void destroy(ChannelSession channel) {
        SandboxConnection open = connection;
        if (open != null) {
            open.close();
        }
    }

    /** For MINA. */
    static final class Factory implements SubsystemFactory {
        @Override
        public String getName() {
            return "sftp";
        }

        @Override
        public Command createSubsystem(ChannelSession channel) {
            return new FileTransfer();
        }
    }
}
