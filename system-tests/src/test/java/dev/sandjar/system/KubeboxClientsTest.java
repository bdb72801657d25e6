package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What kubebox clients do, with the libraries that they use, on a network that is trusted because they can send no credentials. The client is ours, not the
 * package kubebox: that cannot be had where these tests run.
 */
@Timeout(120)
class KubeboxClientsTest {
    @Test
    void theyDoAllThatTheyDo() throws Exception {
        try (var server = new RealServer(
                Path.of("/var/lib/sandjar-test/kubebox-clients"),
                "SANDJAR_AUTH_TRUSTED_NETWORKS=127.0.0.0/8",
                "SANDJAR_AUTH_TRUSTED_OWNER=alice")) {
            Process client = new ProcessBuilder(
                            "/usr/bin/python3", // Debian's own, which has the libraries
                            "src/test/resources/clients/kubebox.py",
                            server.address.toString())
                    .redirectErrorStream(true)
                    .start();
            client.getOutputStream().close();
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .endsWith("all of it works\n");
            assertThat(client.waitFor()).isZero();
            Kubebox.deleteAll(server);
        }
    }
}
