package dev.sandjar.cli;

import dev.sandjar.Sandboxes;
import dev.sandjar.SshConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The way of OpenSSH's programs to a server's SSH. */
@Command(
        name = "tunnel",
        description = "Connect standard input and output to a server's SSH, for OpenSSH's ProxyCommand.",
        mixinStandardHelpOptions = true,
        footerHeading = "%n",
        footer = {
            "Examples:",
            "  sandjar tunnel 3fa8                     what ssh calls",
            "  ssh -o ProxyCommand='sandjar tunnel %%h' -o UserKnownHostsFile=~/.config/sandjar/known_hosts sandbox@$id",
            "  scp -o ProxyCommand='sandjar tunnel %%h' -o UserKnownHostsFile=~/.config/sandjar/known_hosts file sandbox@$id:",
            "",
            "Log in with the key that the sandbox was made with (sandjar create --ssh-key), or with your token as password.",
            "The server's host key is kept in ~/.config/sandjar/known_hosts, by the sandbox's id as it was written.",
            "",
            Sandjar.PLAIN_EXIT_CODES
        })
final class TunnelCommand implements Callable<Integer> {
    private static final int PIECE = 64 * 1024;

    @Mixin
    private Place place;

    @Parameters(paramLabel = "SANDBOX", description = "Its id, or a beginning of it.")
    private String id;

    @Override
    public Integer call() throws IOException {
        try (Sandboxes sandboxes = place.openServer("SSH");
                SshConnection connection = Place.find(sandboxes, id).ssh()) {
            KnownHosts.ofThisUser().put(id, connection.hostKey());
            Thread.ofVirtual().name("tunnel-up").start(() -> up(connection));
            down(connection);
            return 0;
        }
    }

    private static void down(SshConnection connection) throws IOException {
        var streams = new Streams();
        byte[] piece = new byte[PIECE];
        for (int count = connection.input().read(piece);
                count >= 0;
                count = connection.input().read(piece)) {
            streams.write(ByteBuffer.wrap(piece, 0, count));
        }
    }

    private static void up(SshConnection connection) {
        try {
            System.in.transferTo(connection.output());
        } catch (IOException over) {
            // whoever reads is told
        }
    }
}
