package dev.sandjar.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** The real agent as an ordinary process, built with AddressSanitizer and UBSan: whatever a test does to it, it must not fall. */
final class RealAgent implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(30);

    final byte[] key = new byte[32];
    final Path folder;
    private final Process process;
    private final Path socket;

    RealAgent() throws IOException {
        this("sandjar-agent-asan", "");
    }

    /** With a limit of {@code ulimit}; one of memory is for the agent as it is shipped: the checks of the other need terabytes of addresses. */
    RealAgent(String binary, String limit) throws IOException {
        folder = Files.createTempDirectory("agent");
        socket = folder.resolve("s");
        new Random(7).nextBytes(key);
        var builder = new ProcessBuilder(
                "sh",
                "-c",
                (limit.isEmpty() ? "" : "ulimit " + limit + "; ") + "exec \"$@\"",
                "sh",
                Path.of("target/native", binary).toAbsolutePath().toString(),
                "--unix",
                socket.toString(),
                "--workspace",
                folder.toString());
        builder.environment().put("ASAN_OPTIONS", "detect_leaks=0:log_path=" + folder.resolve("asan"));
        process = builder.start();
        process.getOutputStream().write(key);
        process.getOutputStream().flush();
        try (BufferedReader said = process.inputReader()) {
            String line = said.readLine();
            if (!"ready".equals(line)) {
                throw new IOException("agent said " + line
                        + new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
            }
        }
    }

    ProcessHandle process() {
        return process.toHandle();
    }

    SocketChannel connect() throws IOException {
        var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        return channel;
    }

    Link link() throws IOException {
        return Link.open(connect(), key, "test", LIMIT, _ -> {});
    }

    Link link(Link.Room room) throws IOException {
        return Link.open(connect(), key, "test", LIMIT, room, _ -> {});
    }

    /** What one second of its life costs the agent, which has nothing to do meanwhile. */
    Duration idleSecond() throws InterruptedException {
        Duration before = process.info().totalCpuDuration().orElseThrow();
        if (process.waitFor(1, TimeUnit.SECONDS)) {
            throw new AssertionError("the agent fell");
        }
        return process.info().totalCpuDuration().orElseThrow().minus(before);
    }

    /** From now on it may open so many files more than it has. */
    void leaveDescriptors(int count) throws IOException, InterruptedException {
        try (var open = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            var limit = "--nofile=" + (open.count() + count);
            int code = new ProcessBuilder("prlimit", "--pid=" + process.pid(), limit)
                    .inheritIO()
                    .start()
                    .waitFor();
            assertThat(code).isZero();
        }
    }

    boolean lives() {
        return process.isAlive();
    }

    void awaitEnd() throws InterruptedException {
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new AssertionError("the agent still runs");
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        boolean lived = process.isAlive();
        process.destroyForcibly().waitFor();
        List<Path> left;
        try (var files = Files.walk(folder)) {
            left = files.sorted(java.util.Comparator.reverseOrder()).toList();
        }
        String report = "";
        for (Path path : left) {
            if (path.getFileName().toString().startsWith("asan")) {
                report += Files.readString(path);
            }
            Files.deleteIfExists(path);
        }
        if (!report.isEmpty()) {
            throw new AssertionError("agent " + (lived ? "" : "fell: ") + report);
        }
    }

    static String text(Frame frame) {
        ByteBuffer bytes = switch (frame) {
            case Frame.Output output -> output.bytes();
            case Frame.Data data -> data.bytes();
            default -> throw new AssertionError(frame);
        };
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }

    interface Work {
        void run() throws Exception;
    }

    static void assertRefused(AgentError error, Work work) {
        assertThatThrownBy(work::run)
                .isInstanceOfSatisfying(
                        AgentException.class, e -> assertThat(e.error()).isEqualTo(error));
    }
}
