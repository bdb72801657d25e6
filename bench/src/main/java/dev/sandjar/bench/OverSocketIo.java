package dev.sandjar.bench;

import static dev.sandjar.bench.Table.number;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Lines of output to one kubebox client, by the JDK's WebSocket. */
final class OverSocketIo {
    private static final int LINES = 500_000;
    private static final String SESSION = "{\"session_id\":\"bench\"";

    private final Server server;
    private final Table table;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    OverSocketIo(Server server, Table table) {
        this.server = server;
        this.table = table;
    }

    void measure() throws Exception {
        post("/initialize", SESSION + ",\"path\":\"\"}");
        var heard = new Heard();
        WebSocket socket = http.newWebSocketBuilder()
                .header("Authorization", "Bearer " + Server.TOKEN)
                .buildAsync(
                        URI.create("ws://" + server.address().getAuthority() + "/socket.io/?transport=websocket&EIO=4"),
                        heard)
                .get();
        heard.await("0{");
        socket.sendText("40", true).get();
        heard.await("40");
        Samples[] both = Samples.inTurn(1, 5, () -> stream(socket, heard), OverSocketIo::bare);
        table.add(
                "lines a second to one client, Socket.IO",
                number(rate(both[0]), ""),
                "`seq` read line by line by this JVM: " + number(rate(both[1]), ""),
                "≥ 50,000",
                rate(both[0]) >= 50_000);
        socket.abort();
    }

    private static double rate(Samples samples) {
        return LINES / (samples.p50() / 1e3);
    }

    private void stream(WebSocket socket, Heard heard) throws Exception {
        String process = post("/run_command", SESSION + ",\"command\":\"seq " + LINES + "\",\"mode\":\"stream\"}")
                .replaceAll("[^0-9]", "");
        heard.lines.set(0);
        socket.sendText("42[\"start_command_stream\"," + SESSION + ",\"process_id\":" + process + "}]", true)
                .get();
        heard.await("42[\"command_exit\"");
        if (heard.lines.get() != LINES) {
            throw new IOException(heard.lines.get() + " lines of " + LINES);
        }
    }

    private static void bare() throws IOException {
        Process seq = new ProcessBuilder("seq", Integer.toString(LINES)).start();
        try (var lines = seq.inputReader()) {
            if (lines.lines().count() != LINES) {
                throw new IOException("lines are missing");
            }
        }
    }

    private String post(String path, String json) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(server.address().resolve(path))
                        .header("Authorization", "Bearer " + Server.TOKEN)
                        .POST(HttpRequest.BodyPublishers.ofString(json))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(path + ": " + answer.body());
        }
        return answer.body();
    }

    /** Counts lines, and keeps what is none. */
    private static final class Heard implements WebSocket.Listener {
        private final AtomicLong lines = new AtomicLong();
        private final BlockingQueue<String> others = new LinkedBlockingQueue<>();
        private final StringBuilder begun = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            begun.append(text);
            if (last) {
                take(socket, begun.toString());
                begun.setLength(0);
            }
            socket.request(1);
            return null;
        }

        private void take(WebSocket socket, String frame) {
            if (frame.startsWith("42[\"command_output\"")) {
                lines.incrementAndGet();
            } else if (frame.equals("2")) {
                socket.sendText("3", true);
            } else {
                others.add(frame);
            }
        }

        void await(String beginning) throws IOException, InterruptedException {
            String frame = others.poll(60, TimeUnit.SECONDS);
            if (frame == null || !frame.startsWith(beginning)) {
                throw new IOException("heard " + frame + " instead of " + beginning);
            }
        }
    }
}
