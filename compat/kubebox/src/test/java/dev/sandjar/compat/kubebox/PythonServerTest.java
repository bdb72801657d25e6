package dev.sandjar.compat.kubebox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client at the library that kubebox's own server is made of, which asks five times a second whether one is there. */
@Timeout(60)
class PythonServerTest {
    private Process server;
    private BufferedReader said;
    private SandboxClient client;

    @BeforeEach
    void start() throws Exception {
        server = new ProcessBuilder(
                        "/usr/bin/python3", // Debian's own, which has the library
                        Path.of("src/test/resources/server.py").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        said = server.inputReader();
        client = SandboxClient.builder()
                .url("http://127.0.0.1:" + said.readLine())
                .build();
        client.initializeSession("s", "project");
    }

    @AfterEach
    void stop() {
        client.close();
        server.destroy();
    }

    @Test
    void aStreamThatTakesLongerThanThePingsIsWhole() throws Exception {
        var events = new ArrayList<CommandEvent>();
        StreamProcess process =
                client.runCommand("s", "for i in 1 2 3 4; do echo ä$i; sleep 0.6; done; echo b >&2; exit 3");
        process.forEach(events::add);

        assertThat(events.stream().map(CommandEvent::output))
                .containsExactly("ä1\n", "ä2\n", "ä3\n", "ä4\n", "b\n", "");
        assertThat(events.getLast()).isEqualTo(new CommandExit(3, process.processId()));
    }

    @Test
    void streamsOfSeveralSessionsGoAtOnce() throws Exception {
        client.initializeSession("t", "project");
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Long>> counts = List.of("s", "t", "s", "t").stream()
                    .map(session -> tasks.submit(() -> count(client.runCommand(session, "seq 300"))))
                    .toList();
            for (Future<Long> count : counts) {
                assertThat(count.get()).isEqualTo(301);
            }
        }
    }

    private static long count(StreamProcess process) {
        long count = 0;
        for (CommandEvent _ : process) {
            count++;
        }
        return count;
    }

    @Test
    void statusesAreKnownBySessionAndProcess() throws Exception {
        StreamProcess process = client.runCommand("s", "exec sleep 600");

        assertThat(client.checkStatus("s", process.processId())).isEqualTo(Status.RUNNING);
        assertThat(client.checkStatus("s", 1)).isEqualTo(Status.UNKNOWN);
        ProcessHandle.of(process.processId()).orElseThrow().destroy();
        assertThat(process.next()).isEqualTo(new CommandExit(-15, process.processId()));
        assertThat(client.checkStatus("s", process.processId())).isEqualTo(Status.ENDED);
    }

    @Test
    void theServerSeesAClientSayGoodbye() throws Exception {
        client.disconnect();

        assertThat(said.readLine()).isEqualTo("disconnected");
    }
}
