package dev.sandjar.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
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
        int ending = System.out.checkError() && code == 0 ? unwritten() : code;
        System.err.flush();
        if (!TRAINING) {
            leave(ending);
        }
        System.exit(ending);
    }

    /** The stream keeps why to itself, so one more byte has to fail. */
    private static int unwritten() {
        try (var out = new FileOutputStream(FileDescriptor.out)) {
            out.write('\n');
            return Complaints.FAILED;
        } catch (IOException e) {
            return PassThrough.broken(e);
        }
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
