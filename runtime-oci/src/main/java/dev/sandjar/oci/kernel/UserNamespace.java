package dev.sandjar.oci.kernel;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The users of one sandbox. Made by the first of them: what the kernel counts by who made a namespace, such as watches of files, it then counts for
 * each sandbox by itself, and not for root.
 *
 * @param first what user and group 0 inside are outside
 * @param fd lasts while it is held, or a process is in it
 */
public record UserNamespace(long first, long fd) implements AutoCloseable {
    private static final int O_CLOEXEC = 02_000_000;
    private static final int LONGEST_WORDS = 1_000;

    /**
     * The kernel lets no process with threads make one, which a JVM has: a short-lived {@code cat} has it. That keeps the right to make one, which
     * other users may lack.
     */
    public static UserNamespace make(long first, int count) throws IOException {
        String id = Long.toString(first);
        Process process = new ProcessBuilder(
                        "setpriv",
                        "--reuid",
                        id,
                        "--regid",
                        id,
                        "--clear-groups",
                        "--inh-caps",
                        "+sys_admin",
                        "--ambient-caps",
                        "+sys_admin",
                        "unshare",
                        "--user",
                        "cat")
                .redirectErrorStream(true)
                .start();
        try (var in = process.getOutputStream();
                var out = process.getInputStream();
                var arena = Arena.ofConfined()) {
            in.write('\n');
            in.flush();
            int echo = out.read(); // comes from behind the unshare
            if (echo != '\n') {
                in.close();
                String said = (char) echo + new String(out.readNBytes(LONGEST_WORDS), StandardCharsets.UTF_8);
                throw new IOException(
                        "no user namespace can be made: " + (echo < 0 ? "setpriv(1) said nothing" : said.strip()));
            }
            Path proc = Path.of("/proc", Long.toString(process.pid()));
            for (String map : List.of("uid_map", "gid_map")) {
                Files.writeString(proc.resolve(map), "0 " + first + " " + count + "\n");
            }
            long fd =
                    SystemCall.OPENAT.call(SystemCall.AT_FDCWD, CString.of(arena, proc.resolve("ns/user")), O_CLOEXEC);
            return new UserNamespace(first, fd);
        } finally {
            process.destroyForcibly(); // the JVM collects it
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
