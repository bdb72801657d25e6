package dev.sandjar.engine;

import dev.sandjar.Sandboxes;
import dev.sandjar.testing.SandboxesContract;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;

class LocalSandboxesTest extends SandboxesContract {
    private static final Sandboxes PLACE = Sandboxes.open("local:", Map.of("home", "/var/lib/sandjar-test/local"));

    @Override
    protected Sandboxes sandboxes() {
        return PLACE;
    }

    @AfterAll
    static void close() {
        PLACE.close();
    }
}
