package dev.sandjar.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.CommandSpec;
import dev.sandjar.ErrorCode;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxSpec;
import java.nio.charset.StandardCharsets;
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
