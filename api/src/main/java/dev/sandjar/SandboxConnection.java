package dev.sandjar;

import java.io.InputStream;
import java.io.OutputStream;

/** A connection into a sandbox: to a port, or to its files by SFTP. Each direction ends by itself. */
public interface SandboxConnection extends AutoCloseable {
    /**
     * What the program in the sandbox sends.
     *
     * @return ends when it closes
     */
    InputStream input();

    /**
     * What the program in the sandbox receives.
     *
     * @return closing it tells the program that no more comes
     */
    OutputStream output();

    /** Ends both directions. */
    @Override
    void close();
}
