package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.CommandId;
import dev.sandjar.CommandSpec;
import dev.sandjar.ErrorCode;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;
import dev.sandjar.system.StreamClient.Heard;
import dev.sandjar.testing.Waiting;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one owner may ask in a minute and have at a time, by whatever door, and however much goes through one connection. Each test has an owner of its own. */
@Timeout(60)
class OwnerLimitsTest {
    private static final String SECRET = "a secret of forty bytes, which is enough";
    private static final int REQUESTS = 120; // a minute: two a second come back
    private static final int FLOOD = 3 * REQUESTS;
    private static final int CONNECTIONS = 20;

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    static Path home;

    private static RealServer server;

    private final List<Socket> sockets = new ArrayList<>();
    private String token;
    private Sandboxes sandboxes;
    private Sandbox sandbox;

    @BeforeAll
    static void open() throws Exception {
        server = new RealServer(
                home,
                "-Dsandjar.limits.requests=" + REQUESTS,
                "-Dsandjar.limits.connections-per-owner=" + CONNECTIONS,
                "-Dsandjar.preview.domain=preview.example",
                "-Dsandjar.auth.jwt.secret=" + SECRET);
    }

    @AfterAll
    static void close() throws Exception {
        server.close();
    }

    @BeforeEach
    void begin() throws Exception {
        token = Jwt.hs256(Jwt.claims("owner-" + UUID.randomUUID()), SECRET.getBytes(StandardCharsets.UTF_8));
        sandboxes = Sandboxes.open(server.address.toString(), token);
        sandbox = sandboxes.create(SandboxSpec.builder().build());
    }

    @AfterEach
    void end() throws Exception {
        for (Socket socket : sockets) {
            socket.close();
        }
        Waiting.until("there is a request left to delete the sandbox", () -> {
            try {
                sandbox.delete();
                return true;
            } catch (SandboxException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.RATE_LIMITED);
                return false;
            }
        });
        sandboxes.close();
    }

    // ---- requests

    private StreamClient client(String session) throws Exception {
        var builder = HTTP.newWebSocketBuilder().header("Authorization", "Bearer " + token);
        return new StreamClient(server, "/v1/api/sandboxes/" + sandbox.id() + "/stream" + session, builder);
    }

    private static void startCat(StreamClient client, CommandId id) throws Exception {
        client.say("{\"type\":\"start\",\"channel\":0,\"id\":\"%s\",\"command\":{\"argv\":[\"cat\"],\"stdin\":true}}"
                .formatted(id));
        client.next("opened");
    }

    private static Heard tooMany(StreamClient client) throws Exception {
        Heard failed = client.next("failed");
        while (!failed.json().path("error").path("code").asText().equals("RATE_LIMITED")) {
            failed = client.next("failed");
        }
        return failed;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
        {"type":"start","channel":N,"id":"NEW","command":{"argv":["true"]}}     | channel
        {"type":"attach","channel":N,"id":"CAT","offset":0,"window":0}          | channel
        {"type":"signal","channel":0,"signal":28}                               | request
        {"type":"resize","channel":0,"window":{"rows":20,"columns":70}}         | request
        {"type":"kill","channel":9}                                             | request
        """)
    void whatIsAskedThroughOneConnectionCounts(String message, String about) throws Exception {
        CommandId cat = CommandId.random();
        try (StreamClient client = client("")) {
            startCat(client, cat);
            for (int i = 1; i <= FLOOD; i++) {
                client.say(message.replace(":N,", ":" + i + ",")
                        .replace("NEW", CommandId.random().toString())
                        .replace("CAT", cat.toString()));
            }
            Heard refused = tooMany(client);
            assertThat(refused.json().path("about").asText()).isEqualTo(about);
            assertThat(refused.json().path("error").path("message").asText())
                    .isEqualTo("more than " + REQUESTS + " requests a minute");
            assertThat(refused.json().path("error").path("remedy").asText()).matches("wait [0-9]+ seconds");
            client.input(0, 0, "all else goes on\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.next("stdout").bytes()).isEqualTo("all else goes on\n");
        }
    }

    @Test
    void whoWasCutIsNotChargedForHisChannelsAgain() throws Exception {
        CommandId cat = CommandId.random();
        String session = "?session=" + UUID.randomUUID();
        int channels = REQUESTS / 2;
        try (StreamClient client = client(session)) {
            startCat(client, cat);
            attach(client, cat, channels);
            for (int i = 0; i < channels; i++) {
                client.next("opened");
            }
            for (int i = 0; i < FLOOD; i++) {
                client.say("{\"type\":\"signal\",\"channel\":0,\"signal\":28}");
            }
            tooMany(client);
        } // cut
        try (StreamClient client = connected(session)) {
            attach(client, cat, channels);
            for (int i = 0; i < channels; i++) {
                assertThat(client.next().type()).isEqualTo("opened");
            }
            attach(client, cat, channels);
            tooMany(client); // once for each cut
        }
    }

    private static void attach(StreamClient client, CommandId id, int channels) throws Exception {
        for (int i = 1; i <= channels; i++) {
            client.say("{\"type\":\"attach\",\"channel\":%d,\"id\":\"%s\",\"offset\":0,\"window\":0}".formatted(i, id));
        }
    }

    /** Once there is a request left for that. */
    private StreamClient connected(String session) throws Exception {
        var made = new ArrayList<StreamClient>();
        Waiting.until("it may connect", () -> {
            try {
                return made.add(client(session));
            } catch (ExecutionException refused) {
                return false;
            }
        });
        return made.getFirst();
    }

    @Test
    void javaProgramsHearOfItByWhateverWayTheyStart() throws Exception {
        try (RunningCommand cat = sandbox.start(
                        CommandSpec.builder(List.of("cat")).stdin(true).build());
                OutputStream input = cat.stdin()) {
            var output = cat.output();
            refused(() -> sandbox.run("true"));
            refused(() -> sandbox.start(CommandSpec.of("true")).close());
            input.write('x');
            input.flush();
            assertThat(output.hasNext()).isTrue();
        }
    }

    private interface Call {
        void call() throws Exception;
    }

    private static void refused(Call call) {
        assertThatThrownBy(() -> {
                    for (int i = 0; i < FLOOD; i++) {
                        call.call();
                    }
                })
                .isInstanceOfSatisfying(SandboxException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.RATE_LIMITED);
                    assertThat(e.remedy()).matches("wait [0-9]+ seconds");
                })
                .hasMessage("more than " + REQUESTS + " requests a minute");
    }

    // ---- connections

    private static final String UPGRADE =
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    private Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), server.address.getPort());
        socket.setSoTimeout(20_000);
        sockets.add(socket);
        return socket;
    }

    private String status(Socket socket, String line, String headers) throws IOException {
        String head = line.replace("ID", sandbox.id().toString()) + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                + token + "\r\n" + headers + "\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII).substring(9);
    }

    private int connectUntilRefused() throws IOException {
        int made = 0;
        while (made <= CONNECTIONS && mayConnect()) {
            made++;
        }
        return made;
    }

    private boolean mayConnect() throws IOException {
        return status(connect(), "GET /v1/api/sandboxes/ID/stream", UPGRADE).equals("101");
    }

    @ParameterizedTest
    @CsvSource({
        "GET /v1/sessions, false",
        "GET /v1/api/sandboxes, false",
        "GET /v1/api/sandboxes/ID/stream, true",
        "GET /v1/api/sandboxes/ID/commands/3fa85f64-5717-4562-b3fc-2c963f66afa6/events, false",
        "CONNECT /v1/sandboxes/ID, false",
        "GET /v1/sandboxes/ID/ports/8000/, false",
        "GET /file_exists?session_id=a&file_path=b, false",
        "GET /socket.io/?EIO=4&transport=websocket, true"
    })
    void whoeverHasAllHisConnectionsGetsNoMoreByAnyDoor(String line, boolean upgrade) throws Exception {
        assertThat(connectUntilRefused()).isBetween(CONNECTIONS - 5, CONNECTIONS); // its client has some
        Socket refused = connect();
        assertThat(status(refused, line, upgrade ? UPGRADE : "")).isEqualTo("429");
        PreviewedSandbox.until(refused, "you have " + CONNECTIONS + " connections to this server");
    }

    @Test
    void theConnectionsThatHeHasGoOnAndOthersHaveTheirOwn() throws Exception {
        Socket his = connect();
        assertThat(status(his, "HEAD /v1/sessions", "")).isEqualTo("200");
        PreviewedSandbox.until(his, "\r\n\r\n");
        connectUntilRefused();
        assertThat(status(his, "HEAD /v1/sessions", "")).isEqualTo("200");
        assertThat(server.send(HttpRequest.newBuilder(server.address.resolve("/v1/sessions"))
                                .header("Authorization", "Bearer " + RealServer.OTHER_TOKEN))
                        .statusCode())
                .isEqualTo(200);
        his.close();
        Waiting.until("he may have another one", this::mayConnect);
    }

    /** They may be many. */
    @Test
    void visitorsOfAPreviewDoNotShutOutItsOwner() throws Exception {
        String url = server.send(
                        HttpRequest.newBuilder(server.address.resolve("/v1/sandboxes/" + sandbox.id() + "/access/8000"))
                                .header("Authorization", "Bearer " + token)
                                .POST(HttpRequest.BodyPublishers.noBody()))
                .body();
        URI link = URI.create(url.replaceFirst("(?s).*\"url\" *: *\"([^\"]+)\".*", "$1"));
        String head = " HTTP/1.1\r\nHost: " + link.getHost() + "\r\nUpgrade-Insecure-Requests: 1\r\n";
        Socket opened = connect();
        send(opened, "GET " + link.getRawPath() + "?" + link.getRawQuery() + head + "Connection: close\r\n\r\n");
        String answer = new String(opened.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        String cookie = answer.replaceFirst("(?s).*Set-Cookie: ([^;]+);.*", "$1");
        for (int i = 0; i < CONNECTIONS; i++) {
            Socket visitor = connect();
            send(visitor, "GET /" + head + "Cookie: " + cookie + "\r\n\r\n");
            String status = new String(visitor.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            assertThat(status).isEqualTo("HTTP/1.1 502"); // nobody listens there
        }
        assertThat(mayConnect()).isTrue();
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }
}
