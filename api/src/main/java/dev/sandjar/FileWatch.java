package dev.sandjar;

import java.util.Iterator;

/** Changes in one folder, as they happen. {@code hasNext} blocks; it is false only after {@link #close}. */
public interface FileWatch extends Iterator<FileEvent>, AutoCloseable {
    /** Stops watching. */
    @Override
    void close();
}
