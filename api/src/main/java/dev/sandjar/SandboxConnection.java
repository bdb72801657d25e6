package dev.sandjar;

import java.io.InputStream;
import java.io.OutputStream;

/**
 * Bytes to and from a sandbox: a port of it, its files by SFTP, or the SSH that leads into it. Each direction ends by itself. What passes is use of
 * the sandbox: its idle limit begins anew.
 */
public interface SandboxConnection extends AutoCloseable {
    /**
     * What the other side sends.
     *
     * @return ends when it closes
     */
    InputStream input();

    /**
     * What the other side receives.
     *
     * @return closing it tells the other side that no more comes
     */
    OutputStream output();

    /** Ends both directions. */
    @Override
    void close();
}
