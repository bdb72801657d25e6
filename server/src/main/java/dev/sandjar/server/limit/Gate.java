package dev.sandjar.server.limit;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Closes when the server is asked to stop: whoever is in may finish, nobody else comes in. */
@Singleton
public class Gate {
    private volatile boolean closed;

    /** The framework tells its own parts alone before it waits for the requests that are under way. */
    void watch(@Observes StartupEvent event) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> closed = true, "gate"));
    }

    /** @throws SandboxException {@code UNAVAILABLE} */
    public void pass() {
        if (closed) {
            throw new SandboxException(
                    ErrorCode.UNAVAILABLE, "the server is stopping", "try again when it has been started anew", null);
        }
    }
}
