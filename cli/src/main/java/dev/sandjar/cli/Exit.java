package dev.sandjar.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;

/**
 * The end of the process. {@code System.exit} waits 300 ms for threads that are inside the kernel (one reads standard input, one waits for
 * sockets), which is longer than all the rest of {@code sandjar run -- true}. So we call {@code _exit(2)}, after everything is closed.
 */
final class Exit {
    /** Set while the AOT cache is made: the JVM writes it on its own way out. */
    private static final boolean TRAINING = Boolean.getBoolean("sandjar.training");

    private Exit() {}

    static void now(int code) {
        boolean whole = !System.out.checkError();
        System.err.flush();
        int ending = whole || code != 0 ? code : Complaints.PIPE_BROKEN;
        if (!TRAINING) {
            leave(ending);
        }
        System.exit(ending);
    }

    @SuppressWarnings("restricted") // the launcher grants native access
    private static void leave(int code) {
        try {
            Linker linker = Linker.nativeLinker();
            linker.downcallHandle(
                            linker.defaultLookup().findOrThrow("_exit"),
                            FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT))
                    .invokeExact(code);
        } catch (Throwable notHere) {
            // the slow way works everywhere
        }
    }
}
