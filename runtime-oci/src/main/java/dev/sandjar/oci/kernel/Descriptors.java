package dev.sandjar.oci.kernel;

/** Open files of our own. */
final class Descriptors {
    private Descriptors() {}

    /** Closing tells nothing that we could act on: the descriptor is gone either way. */
    static void close(long fd) {
        try {
            SystemCall.CLOSE.call(fd);
        } catch (ErrnoException gone) {
            throw new IllegalStateException("descriptor " + fd + " was closed twice", gone);
        }
    }
}
