package dev.sandjar.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.CommandSpec;
import dev.sandjar.ErrorCode;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxListener;
import dev.sandjar.SandboxSpec;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Ports, figures, and what the place says of itself. */
interface MachineContract extends SandboxesFixture {
    @Test
    default void aPortInsideIsReachedWithoutANetwork() throws Exception {
        Sandbox sandbox = sandbox();
        String server = """
                import socket
                s = socket.create_server(("127.0.0.1", 8000))
                print("listening", flush=True)
                c, _ = s.accept()
                data = b""
                while chunk := c.recv(65536): data += chunk
                c.sendall(data[::-1])
                c.close()
                """;
        try (RunningCommand command = sandbox.start(CommandSpec.of("python3", "-c", server))) {
            assertThat(text(command.output().next())).isEqualTo("listening\n");
            try (var connection = sandbox.dial(8000)) {
                connection.output().write("olleh".getBytes(StandardCharsets.UTF_8));
                connection.output().close();
                assertThat(connection.input().readAllBytes()).asString().isEqualTo("hello");
            }
        }
        refuses(ErrorCode.UNAVAILABLE, () -> sandbox.dial(8001), "port 8001: nothing listens on that port");
    }

    @Test
    default void programsInTheSandboxReachAPortThatIsListenedOn() throws Exception {
        Sandbox sandbox = sandbox();
        SandboxListener listener;
        try {
            listener = sandbox.listen(0);
        } catch (SandboxException e) { // not over a server
            assertThat(e.code()).isEqualTo(ErrorCode.NOT_SUPPORTED);
            return;
        }
        String client = "import socket; s = socket.create_connection(('127.0.0.1', " + listener.port()
                + ")); s.sendall(b'olleh'); s.shutdown(1); print(s.makefile().read())";
        try (RunningCommand command = sandbox.start(CommandSpec.of("python3", "-c", client))) {
            try (listener;
                    var connection = listener.accept()) {
                assertThat(connection.input().readAllBytes()).asString().isEqualTo("olleh");
                connection.output().write("hello".getBytes(StandardCharsets.UTF_8));
                refuses(ErrorCode.ALREADY_EXISTS, () -> sandbox.listen(listener.port()));
            } // what was written arrives all the same
            assertThat(text(command.output().next())).isEqualTo("hello\n");
        }
        refuses(ErrorCode.INVALID_STATE, listener::accept);
        sandbox.listen(listener.port()).close(); // it was let go
    }

    @Test
    default void aFileTransferSessionBeginsWhereCommandsBeginAndSeesWhatTheySee() throws Exception {
        Sandbox sandbox = sandbox();
        String here = sandbox.run("pwd").stdout().strip();
        sandbox.files().write("a", "content");
        try (var connection = sandbox.sftp();
                var output = new DataOutputStream(connection.output());
                var input = new DataInputStream(connection.input())) {
            output.write(HexFormat.of().parseHex("000000050100000003")); // INIT 3
            output.write(HexFormat.of().parseHex("0000000a" + "10" + "00000007" + "00000001" + "2e")); // REALPATH .
            output.write(HexFormat.of().parseHex("0000000a" + "11" + "00000008" + "00000001" + "61")); // STAT a
            output.close();
            byte[] version = input.readNBytes(input.readInt());
            assertThat(ByteBuffer.wrap(version).get()).isEqualTo((byte) 2);
            ByteBuffer name = ByteBuffer.wrap(input.readNBytes(input.readInt()));
            assertThat(name.get() + " of " + name.getInt() + ": " + name.getInt())
                    .isEqualTo("104 of 7: 1");
            byte[] path = new byte[name.getInt()];
            name.get(path);
            assertThat(new String(path, StandardCharsets.UTF_8)).isEqualTo(here);
            ByteBuffer attributes = ByteBuffer.wrap(input.readNBytes(input.readInt()));
            assertThat(attributes.get() + " of " + attributes.getInt()).isEqualTo("105 of 8");
            attributes.getInt();
            assertThat(attributes.getLong()).isEqualTo("content".length());
            assertThat(input.read()).isEqualTo(-1);
        }
    }

    @Test
    default void statsTellWhatItUses() throws Exception {
        Sandbox sandbox =
                place().create(SandboxSpec.builder().memory(100L << 20).build());
        var stats = sandbox.stats();
        assertThat(stats.memory()).isPositive();
        assertThat(stats.memoryLimit()).hasValue(100L << 20);
        assertThat(stats.processes()).isGreaterThanOrEqualTo(1);
    }

    @Test
    default void theMachineSaysWhatItCanEnforce() {
        assertThat(place().doctor())
                .isNotEmpty()
                .allSatisfy(finding -> assertThat(finding.seen()).isNotBlank());
    }
}
