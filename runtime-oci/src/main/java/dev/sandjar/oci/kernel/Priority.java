package dev.sandjar.oci.kernel;

/** How much processor a process gets among those of its control group. */
public final class Priority {
    private static final int PRIO_PROCESS = 0;
    private static final int HIGHEST = -20;

    private Priority() {}

    /** Lets it run before thousands of others in its group; what it starts inherits that. Does nothing where we may not. */
    public static void raise(ProcessIdentity process) throws ErrnoException {
        try {
            SystemCall.SETPRIORITY.call(PRIO_PROCESS, process.pid(), HIGHEST);
        } catch (ErrnoException e) {
            if (e.errno() != ErrnoException.EACCES
                    && e.errno() != ErrnoException.EPERM
                    && e.errno() != ErrnoException.ESRCH) {
                throw e;
            }
        }
    }
}
