package dev.sandjar.system;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The server as its users start it: a process of its own, on a free port, with a token file of its own. */
final class RealServer implements AutoCloseable {
    static final String TOKEN = "test-token-of-alice";
    static final String OTHER_TOKEN = "test-token-of-bob";

    private static final Pattern SSH_PORT = Pattern.compile("SSH: ssh SANDBOX_ID@\\S+ -p (\\d+)");

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    final URI address;
    private final Process process;
    private final StringBuffer said = new StringBuffer();

    /**
     * Returns when it serves.
     *
     * @param settings {@code --words} for the command line, {@code -words} for Java, {@code NAME=value} for the environment
     * @throws IOException when it does not; with all that it has said
     */
    RealServer(Path home, String... settings) throws IOException {
        Path tokens = Files.createTempFile("tokens", "");
        Files.writeString(tokens, "alice:" + TOKEN + "\nbob:" + OTHER_TOKEN + "\n");
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseParallelGC"); // as ./sandjar serve
        command.add("-Xmx256m");
        command.add("-XX:TieredStopAtLevel=1"); // hundreds are started, and few live long enough for the other compiler
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(beginning(settings, "-[^-].*"));
        command.addAll(List.of(
                "-jar",
                Path.of("../server/target/quarkus-app/quarkus-run.jar")
                        .toAbsolutePath()
                        .toString(),
                "--port",
                "0",
                "--home",
                home.toString(),
                "--token-file",
                tokens.toString()));
        command.addAll(beginning(settings, "--.*"));
        var builder = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        beginning(settings, "[^-].*").forEach(setting -> {
            String[] pair = setting.split("=", 2);
            builder.environment().put(pair[0], pair[1]);
        });
        process = builder.start();
        address = URI.create(firstLine());
        Thread.ofVirtual().start(() -> {
            try {
                for (int c = process.getErrorStream().read();
                        c >= 0;
                        c = process.getErrorStream().read()) {
                    heard(c);
                }
            } catch (IOException ended) {
                // with the process
            }
        });
    }

    /** Where it speaks nothing but SSH, if {@code SANDJAR_SSH_PORT} is set. */
    int sshPort() {
        Matcher told = SSH_PORT.matcher(said());
        assertTrue(told.find(), () -> "it serves no SSH port: " + said());
        return Integer.parseInt(told.group(1));
    }

    private static List<String> beginning(String[] settings, String form) {
        return Stream.of(settings)
                .filter(setting -> setting.matches("(?s)" + form))
                .flatMap(setting -> setting.startsWith("--") ? Stream.of(setting.split("=", 2)) : Stream.of(setting))
                .toList();
    }

    /** Its log belongs to the test's. */
    private void heard(int c) {
        said.append((char) c);
        System.err.write(c);
    }

    /** Its log. */
    String said() {
        return said.toString();
    }

    ProcessHandle process() {
        return process.toHandle();
    }

    /** Its exit code, once it has ended. */
    int exitCode() throws InterruptedException {
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the server did not end");
        return process.exitValue();
    }

    private String firstLine() throws IOException {
        int from = 0;
        for (int c = process.getErrorStream().read();
                c >= 0;
                c = process.getErrorStream().read()) {
            heard(c);
            if (c == '\n') {
                int at = said.indexOf("sandjar serves ", from);
                if (at >= 0) {
                    return said.substring(at + "sandjar serves ".length()).strip();
                }
                from = said.length();
            }
        }
        throw new IOException("the server did not start: " + said);
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(address.resolve(path)).header("Authorization", "Bearer " + TOKEN);
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    HttpResponse<String> method(String method, String path, String json) throws IOException, InterruptedException {
        return send(request(path).method(method, HttpRequest.BodyPublishers.ofString(json)));
    }

    /** {@code STOP} or {@code CONT}, for one: what only the kernel does to it. */
    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    /** As by the kernel's out-of-memory killer, or a power cut. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the server did not stop");
        }
    }
}
