package dev.sandjar.bench;

import static dev.sandjar.bench.Table.number;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandjar.CommandSpec;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A server process between us and the sandboxes: by REST with the JDK's client, and by the client of the api. */
final class OverServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int KNOWN = 5_000; // sandboxes, for list and get

    private final Server server;
    private final Table table;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    OverServer(Server server, Table table) {
        this.server = server;
        this.table = table;
    }

    void measure() throws Exception {
        pool();
        String id = create("{}");
        command(id);
        files(id);
        delete(id);
        output();
        manyKnown();
    }

    private void pool() throws Exception {
        var made = new ArrayList<String>();
        Samples[] all = Samples.inTurn(
                100,
                100,
                () -> {
                    made.add(create("{\"template\": \"warm\"}"));
                    run(made.getLast(), "echo x");
                },
                () -> Bare.run("bash", "-c", "echo x"),
                () -> get("/health"),
                () -> {
                    delete(made.removeLast());
                    awaitFullPool(); // nothing is being made while the next is measured
                });
        table.add(
                "create from a pool → output of a command, REST, p50",
                number(all[0].p50(), "ms"),
                "fork+exec of `bash` by this JVM: " + number(all[1].p50(), "ms") + ", GET /health: "
                        + number(all[2].p50(), "ms"),
                "≤ 10 ms",
                all[0].p50() <= 10);
    }

    private void awaitFullPool() throws IOException, InterruptedException {
        String full = "sandjar_warm{template=\"warm\"} " + Server.WARM + ".0";
        for (long giveUp = System.nanoTime() + 60_000_000_000L;
                !send("GET", "/metrics", "").contains(full); ) {
            if (System.nanoTime() > giveUp) {
                throw new IOException("the pool was not filled again within a minute");
            }
        }
    }

    private void command(String id) throws Exception {
        Samples[] all = Samples.inTurn(
                300, 500, () -> run(id, "true"), () -> Bare.run("bash", "-c", "true"), () -> get("/health"));
        table.add(
                "command `true` in a live sandbox, REST, p50",
                number(all[0].p50(), "ms"),
                "fork+exec of `bash` by this JVM: " + number(all[1].p50(), "ms") + ", GET /health: "
                        + number(all[2].p50(), "ms"),
                "≤ 4 ms",
                all[0].p50() <= 4);
    }

    private void files(String id) throws Exception {
        String path = "/v1/sessions/" + id + "/files";
        Path bare = server.home().resolve("bare");
        Samples[] up = Samples.inTurn(3, 5, () -> upload(path + "?path=big&overwrite=true"), () -> Bare.write(bare));
        table.add(
                "1 GiB file up, REST",
                number(Bulk.rate(up[0]), "MB/s"),
                "`head` into a file: " + number(Bulk.rate(up[1]), "MB/s"),
                "≥ 400 MB/s",
                Bulk.rate(up[0]) >= 400);
        Samples[] down = Samples.inTurn(3, 5, () -> download(path + "/big"), () -> Bare.read(bare));
        table.add(
                "1 GiB file down, REST",
                number(Bulk.rate(down[0]), "MB/s"),
                "a file read by this JVM: " + number(Bulk.rate(down[1]), "MB/s"),
                "≥ 400 MB/s",
                Bulk.rate(down[0]) >= 400);
        Files.delete(bare);
    }

    private void output() throws Exception {
        try (var sandboxes = Sandboxes.open(server.address().toString(), Server.TOKEN);
                Sandbox sandbox = sandboxes.create(SandboxSpec.of("host"))) {
            long[] lost = new long[1];
            Samples[] both = Samples.inTurn(
                    2,
                    5,
                    () -> {
                        try (var running =
                                sandbox.start(CommandSpec.of("head", "-c", Long.toString(Bulk.GIB), "/dev/zero"))) {
                            lost[0] += Bulk.GIB - Bulk.drain(running.stdout());
                        }
                    },
                    Bare::output);
            table.add(
                    "1 GiB of output through a server, Java client",
                    number(Bulk.rate(both[0]), "MB/s") + ", " + lost[0] + " bytes lost",
                    "`head` read by this JVM: " + number(Bulk.rate(both[1]), "MB/s"),
                    "≥ 500 MB/s, none lost",
                    Bulk.rate(both[0]) >= 500 && lost[0] == 0);
        }
    }

    private void manyKnown() throws Exception {
        List<String> ids = inParallel(KNOWN, () -> create("{\"ttl\": 28800}"));
        int[] next = new int[1];
        Samples[] all = Samples.inTurn(
                200,
                1_000,
                () -> get("/v1/sessions?limit=100&offset=" + 37 * (next[0]++ % 100)),
                () -> get("/v1/sessions/" + ids.get(next[0] * 7 % KNOWN)),
                () -> get("/health"));
        String health = "GET /health, p99: " + number(all[2].millis(0.99), "ms");
        table.add(
                "list (100 of 5,000), p99",
                number(all[0].millis(0.99), "ms"),
                health,
                "≤ 10 ms",
                all[0].millis(0.99) <= 10);
        table.add("get of 5,000, p99", number(all[1].millis(0.99), "ms"), health, "≤ 10 ms", all[1].millis(0.99) <= 10);
    }

    /** Removes every sandbox, whatever has failed. */
    @Override
    public void close() throws Exception {
        for (List<String> ids = known(); !ids.isEmpty(); ids = known()) {
            var left = new ConcurrentLinkedQueue<>(ids);
            inParallel(ids.size(), () -> {
                String id = left.remove();
                delete(id);
                return id;
            });
        }
    }

    private List<String> known() throws IOException, InterruptedException {
        var ids = new ArrayList<String>();
        JSON.readTree(send("GET", "/v1/sessions?limit=100", ""))
                .path("sessions")
                .forEach(one -> ids.add(one.path("sessionId").textValue()));
        return ids;
    }

    private static <T> List<T> inParallel(int count, Callable<T> work) throws Exception {
        try (ExecutorService tasks = Executors.newFixedThreadPool(8)) {
            var results = new ArrayList<T>();
            for (Future<T> future : tasks.invokeAll(java.util.Collections.nCopies(count, work))) {
                results.add(future.get());
            }
            return results;
        }
    }

    private String create(String body) throws IOException, InterruptedException {
        return JSON.readTree(send("POST", "/v1/sessions", body))
                .get("sessionId")
                .textValue();
    }

    private void run(String id, String command) throws IOException, InterruptedException {
        send("POST", "/v1/sessions/" + id + "/commands", "{\"command\": \"" + command + "\"}");
    }

    private void get(String path) throws IOException, InterruptedException {
        send("GET", path, "");
    }

    private void delete(String id) throws IOException, InterruptedException {
        send("DELETE", "/v1/sessions/" + id, "");
    }

    private String send(String method, String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(server.address().resolve(path))
                .header("Authorization", "Bearer " + Server.TOKEN)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() >= 300) {
            throw new IOException(method + " " + path + ": " + response.statusCode() + " " + response.body());
        }
        return response.body();
    }

    /** By a plain socket: the JDK's client costs more than what is measured. */
    private void upload(String path) throws IOException {
        try (var socket = connect();
                var content = Bulk.zeros()) {
            OutputStream out = socket.getOutputStream();
            out.write(head(
                    "POST", path, "Content-Type: application/octet-stream\r\nContent-Length: " + Bulk.GIB + "\r\n"));
            byte[] buffer = new byte[256 * 1024];
            for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
                out.write(buffer, 0, n);
            }
            expect(socket.getInputStream(), "HTTP/1.1 201");
        }
    }

    private void download(String path) throws IOException {
        try (var socket = connect()) {
            socket.getOutputStream().write(head("GET", path, "Connection: close\r\n"));
            var in = new BufferedInputStream(socket.getInputStream());
            expect(in, "HTTP/1.1 200");
            long count = Bulk.drain(in);
            if (count < Bulk.GIB) {
                throw new IOException("only " + count + " bytes came down");
            }
        }
    }

    private Socket connect() throws IOException {
        return new Socket(server.address().getHost(), server.address().getPort());
    }

    private byte[] head(String method, String path, String headers) {
        return (method + " " + path + " HTTP/1.1\r\nHost: " + server.address().getAuthority()
                        + "\r\nAuthorization: Bearer " + Server.TOKEN + "\r\n" + headers + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void expect(InputStream in, String start) {
        try {
            String said = new String(in.readNBytes(start.length()), StandardCharsets.ISO_8859_1);
            if (!said.equals(start)) {
                throw new IOException(said + new String(in.readNBytes(1_000), StandardCharsets.ISO_8859_1));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
