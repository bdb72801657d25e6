package dev.sandjar.bench;

import static dev.sandjar.bench.Table.number;

import dev.sandjar.CommandSpec;
import dev.sandjar.Output;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

/** A file server of Python's in a sandbox, through the server, beside the same one on this machine's loopback. */
final class OverPreview implements AutoCloseable {
    private static final int AT_ONCE = 8;
    private static final int EACH = 200; // requests
    private static final List<String> PROGRAM = List.of("python3", "-u", "-c", """
            import functools, http.server, sys
            class Quiet(http.server.SimpleHTTPRequestHandler):
                protocol_version, disable_nagle_algorithm = "HTTP/1.1", True
                def log_message(self, *_): pass
            http.server.ThreadingHTTPServer.request_queue_size = 128 # five are too few for eight clients
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=sys.argv[1]))
            print(server.server_port)
            server.serve_forever()
            """);

    private final Table table;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Sandboxes sandboxes;
    private final Sandbox sandbox;
    private final Process bare;
    private final HttpRequest.Builder preview;
    private final HttpRequest.Builder direct;

    OverPreview(Server server, Table table) throws Exception {
        this.table = table;
        sandboxes = Sandboxes.open(server.address().toString(), Server.TOKEN);
        sandbox = sandboxes.create(SandboxSpec.of("host"));
        sandbox.run("truncate", "-s", Long.toString(Bulk.GIB), "big");
        sandbox.files().write("small", "x".repeat(1_000));
        String port = said(sandbox.start(CommandSpec.of(command("."))).output().next());
        preview = HttpRequest.newBuilder()
                .uri(server.address().resolve("/v1/sandboxes/" + sandbox.id() + "/ports/" + port + "/"))
                .header("Authorization", "Bearer " + Server.TOKEN);

        Path folder = Files.createTempDirectory("preview");
        Bare.run(
                "truncate", "-s", Long.toString(Bulk.GIB), folder.resolve("big").toString());
        Files.writeString(folder.resolve("small"), "x".repeat(1_000));
        bare = new ProcessBuilder(command(folder.toString())).start();
        direct = HttpRequest.newBuilder()
                .uri(URI.create("http://127.0.0.1:" + bare.inputReader().readLine() + "/"));
    }

    private static String said(Output output) {
        return output instanceof Output.Chunk chunk
                ? StandardCharsets.US_ASCII.decode(chunk.bytes()).toString().strip()
                : "";
    }

    private static String[] command(String folder) {
        var command = new ArrayList<>(PROGRAM);
        command.add(folder);
        return command.toArray(String[]::new);
    }

    void measure() throws Exception {
        Samples[] one = Samples.inTurn(200, 500, () -> get(preview, "small"), () -> get(direct, "small"));
        table.add(
                "1 KB of a program through a preview, p50",
                number(one[0].p50(), "ms"),
                "the program itself: " + number(one[1].p50(), "ms"),
                "",
                true);
        Samples[] many = Samples.inTurn(1, 5, () -> together(preview), () -> together(direct));
        table.add(
                "the same, " + AT_ONCE + " at once",
                number(AT_ONCE * EACH / many[0].p50() * 1e3, "requests/s"),
                "the program itself: " + number(AT_ONCE * EACH / many[1].p50() * 1e3, "requests/s"),
                "",
                true);
        Samples[] big = Samples.inTurn(1, 3, () -> get(preview, "big"), () -> get(direct, "big"));
        table.add(
                "1 GiB of a program through a preview",
                number(Bulk.rate(big[0]), "MB/s"),
                "the program itself: " + number(Bulk.rate(big[1]), "MB/s"),
                "",
                true);
    }

    private void together(HttpRequest.Builder from) throws Exception {
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Callable<Void>>();
            for (int i = 0; i < AT_ONCE; i++) {
                all.add(() -> {
                    for (int n = 0; n < EACH; n++) {
                        get(from, "small");
                    }
                    return null;
                });
            }
            for (var task : tasks.invokeAll(all)) {
                task.get();
            }
        }
    }

    private void get(HttpRequest.Builder from, String name) throws IOException, InterruptedException {
        HttpRequest root = from.build();
        HttpRequest request = HttpRequest.newBuilder(root, (_, _) -> true)
                .uri(root.uri().resolve(name))
                .build();
        HttpResponse<InputStream> answer = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            long length = answer.headers().firstValueAsLong("Content-Length").orElse(-1);
            if (answer.statusCode() != 200 || Bulk.drain(body) != length) {
                throw new IOException(name + " is not whole");
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        bare.destroy();
        sandbox.delete();
        sandboxes.close();
        http.close();
    }
}
