package dev.sandjar.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;

/**
 * Ends this process at once. {@link System#exit} waits 300 ms while any thread is inside the operating system (HotSpot's
 * {@code VM_Exit::wait_for_threads_in_native_to_block}), and one that waits for standard input or a socket always is.
 */
final class Exit {
    private Exit() {}

    /** All that must be done before has been done: no shutdown hook runs. */
    @SuppressWarnings("restricted") // the launcher permits it
    static void now(int code) {
        System.out.flush();
        System.err.flush();
        if (Boolean.getBoolean("sandjar.training")) {
            System.exit(code); // the launcher wants the AOT cache, which is written on the long way out
        }
        Linker linker = Linker.nativeLinker();
        try {
            linker.downcallHandle(
                            linker.defaultLookup().find("_exit").orElseThrow(),
                            FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT))
                    .invokeExact(code);
        } catch (Throwable impossible) {
            System.exit(code); // every libc has _exit
        }
    }
}
