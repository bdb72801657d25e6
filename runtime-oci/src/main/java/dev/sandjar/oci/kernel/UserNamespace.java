package dev.sandjar.oci.kernel;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The users of one sandbox. Made by the first of them: what the kernel counts by who made a namespace, such as watches of files, it then counts for
 * each sandbox by itself, and not for root.
 *
 * @param first what user and group 0 inside are outside
 * @param fd lasts while it is held, or a process is in it
 */
public record UserNamespace(long first, long fd) implements AutoCloseable {
    private static final int O_CLOEXEC = 02_000_000;

    /** The kernel lets no process with threads make one, which a JVM has: a short-lived {@code cat} has it. */
    public static UserNamespace make(long first, int count) throws IOException, InterruptedException {
        String id = Long.toString(first);
        Process process = new ProcessBuilder(
                        "setpriv", "--reuid", id, "--regid", id, "--clear-groups", "unshare", "--user", "cat")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var in = process.getOutputStream();
                var arena = Arena.ofConfined()) {
            in.write('\n');
            in.flush();
            if (process.getInputStream().read() != '\n') { // its echo comes from behind the unshare
                throw new IOException("unshare(1) could not make a user namespace");
            }
            Path proc = Path.of("/proc", Long.toString(process.pid()));
            for (String map : new String[] {"uid_map", "gid_map"}) {
                Files.writeString(proc.resolve(map), "0 " + first + " " + count + "\n");
            }
            return new UserNamespace(
                    first,
                    SystemCall.OPENAT.call(SystemCall.AT_FDCWD, CString.of(arena, proc.resolve("ns/user")), O_CLOEXEC));
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /** Where another process of this machine finds it while it is held. */
    public Path path() {
        return Path.of("/proc", Long.toString(ProcessHandle.current().pid()), "fd", Long.toString(fd));
    }

    @Override
    public void close() {
        Descriptors.close(fd);
    }
}
