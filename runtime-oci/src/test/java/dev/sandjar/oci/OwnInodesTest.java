package dev.sandjar.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.testing.Waiting;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Sandboxes have this machine's programs, devices, and the agent, in common; that must not join them to each other or to it. */
@ExtendWith(NothingLeft.class)
class OwnInodesTest {
    /** Watches folders and holds locks on files until somebody makes {@code /workspace/done}; prints what others did. */
    private static final String SPY = """
            import ctypes, fcntl, os, struct
            libc = ctypes.CDLL(None)
            for file in "/usr/bin/whoami", "/etc/shells", "/dev/null", open("/proc/1/cmdline").read().split("\\0")[0]:
                fcntl.flock(os.open(file, os.O_RDONLY), fcntl.LOCK_EX)
            eyes = libc.inotify_init1(0)
            for folder in b"/usr/bin", b"/etc": assert libc.inotify_add_watch(eyes, folder, 0x21) > 0
            libc.inotify_add_watch(eyes, b"/workspace", 0x100)
            open("/workspace/watching", "w").close()
            seen = set()
            while b"done" not in seen:
                events = os.read(eyes, 65536)
                while events:
                    length = struct.unpack_from("I", events, 12)[0]
                    seen.add(events[16:16 + length].rstrip(b"\\0"))
                    events = events[16 + length:]
            print(sorted(seen & {b"whoami", b"shells", b"arch"}))
            """;

    @Test
    void whatOthersRunIsNotSeenAndLocksDoNotReachThem() throws Exception {
        try (Shell spy = Shell.open();
                Shell other = Shell.open()) {
            var spying = CompletableFuture.supplyAsync(() -> {
                try {
                    return spy.python(SPY);
                } catch (Exception e) {
                    throw new CompletionException(e);
                }
            });
            Waiting.until(
                    "the spy watches",
                    () -> spying.isDone() || spy.output("ls /workspace").contains("watching"));
            assertThat(other.output("whoami; cat /etc/shells > /dev/null")).isEqualTo("sandbox\n");
            assertThat(other.output("""
                            for file in /usr/bin/whoami /etc/shells /dev/null $(tr '\\0' '\\n' < /proc/1/cmdline | head -n 1); do
                                flock -n $file echo free
                            done""")).isEqualTo("free\nfree\nfree\nfree\n");
            assertThat(onThisMachine("/usr/bin/arch")).isZero();
            assertThat(onThisMachine("flock", "-n", "/usr/bin/whoami", "true")).isZero();
            assertThat(onThisMachine("flock", "-n", "/dev/null", "true")).isZero();
            spy.output("touch /workspace/done");
            assertThat(spying.join()).isEqualTo("[]\n");
        }
    }

    private static int onThisMachine(String... argv) throws Exception {
        return new ProcessBuilder(List.of(argv))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
