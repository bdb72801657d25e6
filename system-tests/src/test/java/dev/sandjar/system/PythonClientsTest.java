package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every generation of Python clients that the sessions API has had, as far as REST goes, with the library that they all use. */
@Timeout(120)
class PythonClientsTest {
    @Test
    void whatTheySendIsUnderstoodAndWhatTheyExpectComes() throws Exception {
        try (var server = new RealServer(Path.of("/var/lib/sandjar-test/python-clients"), "-Dsandjar.keep-alive=1s")) {
            Process client = new ProcessBuilder(
                            "/usr/bin/python3", // Debian's own, which has the library
                            "src/test/resources/clients/sessions.py",
                            server.address.toString(),
                            RealServer.TOKEN)
                    .redirectErrorStream(true)
                    .start();
            client.getOutputStream().close();
            String said = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(said).isEqualTo("all of them work\n");
            assertThat(client.waitFor()).isZero();
        }
    }
}
