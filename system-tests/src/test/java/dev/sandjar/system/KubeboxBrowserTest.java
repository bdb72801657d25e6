package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What web pages say on their console in a browser inside a sandbox: docs/kubebox.md. */
@Timeout(120)
class KubeboxBrowserTest {
    private static RealServer server;
    private static Kubebox kubebox;

    @BeforeAll
    static void start() throws Exception {
        server = new RealServer(Path.of("/var/lib/sandjar-test/kubebox-browser"));
        kubebox = new Kubebox(server);
        kubebox.initialize("s", "site");
    }

    @AfterAll
    static void stop() throws Exception {
        Kubebox.deleteAll(server);
        server.close();
    }

    @Test
    void whatAPageSaysIsSortedUntilTwoSecondsAfterItsNetworkIsIdle() throws Exception {
        String page = """
                <link rel="icon" href="data:,">
                <script>
                  console.log('a log', 1, true); console.info('info'); console.warn('careful'); console.debug('debug');
                  console.error('an error'); console.assert(false, 'asserted');
                  setTimeout(() => console.log('late'), 1500);
                  setTimeout(() => { throw new Error('thrown') }, 10);
                  setTimeout(() => console.log('too late'), 60000);
                </script>
                """;
        kubebox.posted("/write_file", "session_id", "s", "file_path", "index.html", "content", page, "make_dirs", true);
        int serving = kubebox.start("s", "stream", "exec python3 -u -m http.server 3000");
        try (SocketIo client = SocketIo.connect(server.address, RealServer.TOKEN)) {
            client.follow("s", serving, 0);
            assertThat(client.next("command_output").path("output").asText()).startsWith("Serving HTTP on");
        }
        JsonNode seen =
                kubebox.posted("/get_website_console_logs", "session_id", "s", "full_url", "http://localhost:3000/");
        assertThat(seen.path("logs").toString())
                .isEqualTo("[{\"type\":\"log\",\"text\":\"a log 1 true\"},{\"type\":\"info\",\"text\":\"info\"},"
                        + "{\"type\":\"warning\",\"text\":\"careful\"},{\"type\":\"debug\",\"text\":\"debug\"},"
                        + "{\"type\":\"log\",\"text\":\"late\"}]");
        assertThat(seen.path("errors")).hasSize(3);
        assertThat(seen.path("errors").toString())
                .startsWith("[{\"type\":\"error\",\"text\":\"an error\"},{\"type\":\"assert\",\"text\":\"asserted\"},"
                        + "{\"type\":\"error\",\"text\":\"Error: thrown");
    }

    @Test
    void aPageThatIsNotThereIsAnError() throws Exception {
        assertThat(kubebox.posted("/get_website_console_logs", "session_id", "s", "full_url", "http://localhost:3001/")
                        .toString())
                .isEqualTo("{\"error\":\"net::ERR_CONNECTION_REFUSED\"}");
    }

    @Test
    void onlyPagesOfTheWebAreLookedAt() throws Exception {
        assertThat(kubebox.post("/get_website_console_logs", "session_id", "s", "full_url", "file:///etc/passwd")
                        .statusCode())
                .isEqualTo(422);
    }
}
