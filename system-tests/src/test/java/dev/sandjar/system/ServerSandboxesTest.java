package dev.sandjar.system;

import dev.sandjar.Sandboxes;
import dev.sandjar.testing.SandboxesContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The same scenarios as in process, over a real server: nobody can tell them apart. */
class ServerSandboxesTest extends SandboxesContract {
    @TempDir
    static Path home;

    private static RealServer server;
    private static Sandboxes sandboxes;

    @BeforeAll
    static void open() throws Exception {
        server = new RealServer(home, "-Dsandjar.registries=*", "-Dsandjar.auth.operators=alice");
        sandboxes = Sandboxes.open(server.address.toString(), RealServer.TOKEN);
    }

    @AfterAll
    static void close() throws Exception {
        sandboxes.close();
        server.close();
    }

    @Override
    protected Sandboxes sandboxes() {
        return sandboxes;
    }
}
