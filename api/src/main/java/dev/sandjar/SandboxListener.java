package dev.sandjar;

/**
 * A port inside a sandbox at which programs there reach the one who listens: the other direction of {@link Sandbox#dial}. Works without any network.
 *
 * <p>Methods may be called from many threads at once. Nobody else listens there until it is closed; 64 connections at most wait to be accepted,
 * others are left to the sandbox's kernel.
 */
public interface SandboxListener extends AutoCloseable {
    /**
     * Where programs in the sandbox connect to, at 127.0.0.1.
     *
     * @return 1 to 65535
     */
    int port();

    /**
     * Waits for the next program that connects, as long as it takes.
     *
     * @return the connection, for the caller to close
     * @throws InterruptedException the listener goes on
     * @throws SandboxException {@code INVALID_STATE} once it is closed, {@code SANDBOX_LOST} when the connection to the sandbox was cut: listen again
     */
    SandboxConnection accept() throws InterruptedException;

    /** Lets go of the port; connections that were accepted go on. */
    @Override
    void close();
}
