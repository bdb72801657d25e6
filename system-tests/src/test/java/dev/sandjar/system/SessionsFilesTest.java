package dev.sandjar.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files by the sessions API, to the real server. */
@Timeout(120)
class SessionsFilesTest {
    private static SessionsServer server;

    @BeforeAll
    static void start() throws Exception {
        server = new SessionsServer("files", "-Dsandjar.limits.upload=5000000");
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @AfterEach
    void removeAll() throws Exception {
        server.removeAll();
    }

    @Test
    void aFileGoesUpAndComesDown() throws Exception {
        String files = "/sessions/" + server.create("{}") + "/files";
        byte[] content = new byte[1_000_000];
        new java.util.Random(3).nextBytes(content);
        var up = server.send(server.request(files + "?path=a/b.bin")
                .header("Content-Type", "application/octet-stream")
                .POST(HttpRequest.BodyPublishers.ofByteArray(content)));
        assertThat(up.statusCode()).isEqualTo(201);
        JsonNode info = SessionsServer.json(up);
        assertThat(info.path("name").asText()).isEqualTo("b.bin");
        assertThat(info.path("path").asText()).isEqualTo("a/b.bin");
        assertThat(info.path("type").asText()).isEqualTo("file");
        assertThat(info.path("size").asLong()).isEqualTo(content.length);
        assertThat(info.path("permissions").asText()).isEqualTo("rw-r--r--");
        assertThat(info.path("checksum").asText())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("MD5").digest(content)));
        for (String down : new String[] {files + "?filePath=a/b.bin", files + "/a/b.bin"}) {
            var answer = java.net.http.HttpClient.newHttpClient()
                    .send(server.request(down).build(), HttpResponse.BodyHandlers.ofByteArray());
            assertThat(answer.body()).isEqualTo(content);
            assertThat(answer.headers().firstValue("Content-Disposition")).contains("attachment; filename=\"b.bin\"");
            assertThat(answer.headers().firstValueAsLong("Content-Length")).hasValue(content.length);
        }
        assertThat(SessionsServer.json(server.get(files + "?path=a"))
                        .path("files")
                        .path(0)
                        .path("path")
                        .asText())
                .isEqualTo("a/b.bin");
        assertThat(server.method("DELETE", files + "/a/b.bin", "").statusCode()).isEqualTo(204);
        assertThat(server.get(files + "/a/b.bin").statusCode()).isEqualTo(404);
        assertThat(server.method("DELETE", files + "/a/b.bin", "").statusCode()).isEqualTo(404);
    }

    @Test
    void askingForTheHeadOfFilesHoldsNothing() throws Exception {
        String files = "/sessions/" + server.create("{}") + "/files";
        server.send(server.request(files + "?path=f").POST(HttpRequest.BodyPublishers.ofByteArray(new byte[300_000])));
        for (int i = 0; i < 1_100; i++) { // more than an agent has channels
            String path = i % 2 == 0 ? files : files + "/f";
            assertThat(server.method("HEAD", path, "").statusCode()).isEqualTo(200);
        }
        var head = server.method("HEAD", files + "/f", "");
        assertThat(head.headers().firstValue("Content-Length")).hasValue("300000");
        assertThat(server.method("HEAD", files + "/no-such", "").statusCode()).isEqualTo(404);
        assertThat(SessionsServer.json(server.get(files)).path("files")).hasSize(1);
    }

    @Test
    void aListThatIsCutIsNoShorterList() throws Exception {
        String id = server.create("{}");
        String many = "{\"language\": \"python\", \"code\": \"for i in range(19000): open('%0250d' % i, 'w')\"}";
        assertThat(server.run(id, "code", many).path("exitCode").asInt()).isZero();
        var lists = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 20; i++) { // what still waits for the socket when it ends differs from list to list
                lists.add(beginToList(id));
            }
            server.method("DELETE", "/sessions/" + id, "");
            for (Socket list : lists) {
                assertThat(end(list))
                        .doesNotContain("\"error\"")
                        .doesNotEndWith("0\r\n\r\n"); // which is the last chunk
            }
        } finally {
            for (Socket list : lists) {
                list.close();
            }
        }
    }

    private Socket beginToList(String id) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(8_192); // else the kernel may hold all of it
        socket.connect(new InetSocketAddress(server.address.getHost(), server.address.getPort()));
        socket.getOutputStream()
                .write(("GET /sessions/" + id + "/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                                + RealServer.TOKEN + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        assertThat(new String(socket.getInputStream().readNBytes(1_000), StandardCharsets.US_ASCII))
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("transfer-encoding: chunked");
        return socket;
    }

    /** The last thousand bytes that come. */
    private static String end(Socket socket) throws IOException {
        var rest = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(rest);
        } catch (SocketException reset) {
            // a cut too
        }
        String text = rest.toString(StandardCharsets.US_ASCII);
        return text.substring(Math.max(0, text.length() - 1_000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"multipart/form-data; boundary=XyZ", "application/json"})
    void aFormGoesUpAlsoUnderTheWrongName(String type) throws Exception {
        String files = "/sessions/" + server.create("{}") + "/files";
        String form =
                "--XyZ\r\nContent-Disposition: form-data; name=\"file\"; filename=\"local.txt\"\r\n\r\nhello\r\n--XyZ--\r\n";
        var up = server.send(server.request(files + "?path=sent.txt&overwrite=False")
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofString(form)));
        assertThat(up.statusCode()).isEqualTo(201);
        assertThat(server.get(files + "/sent.txt").body()).isEqualTo("hello");
    }

    @Test
    void anExistingFileIsReplacedOnlyWhenAsked() throws Exception {
        String file = "/sessions/" + server.create("{}") + "/files?path=a";
        assertThat(server.method("POST", file, "one").statusCode()).isEqualTo(201);
        assertThat(server.method("POST", file, "two").statusCode()).isEqualTo(409);
        assertThat(server.method("POST", file + "&overwrite=True", "two").statusCode())
                .isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "/etc/x", "a/../../x", "%2e%2e/x"})
    void aPathThatClimbsOutIsRefused(String path) throws Exception {
        String files = "/sessions/" + server.create("{}") + "/files";
        assertThat(server.method("POST", files + "?path=" + path, "x").statusCode())
                .isEqualTo(400);
        assertThat(server.get(files + "?filePath=" + path).statusCode()).isEqualTo(400);
    }

    @Test
    void anUploadOverTheLimitLeavesNothing() throws Exception {
        String files = "/sessions/" + server.create("{}") + "/files";
        var answer = server.send(
                server.request(files + "?path=big").POST(HttpRequest.BodyPublishers.ofByteArray(new byte[5_000_001])));
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(SessionsServer.json(server.get(files)).path("files")).isEmpty();
    }

    @Test
    void anUploadThatIsCutLeavesNothing() throws Exception {
        String id = server.create("{}");
        try (var socket = new Socket(server.address.getHost(), server.address.getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(("POST /sessions/" + id + "/files?path=half HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                            + RealServer.TOKEN + "\r\nContent-Length: 1000000\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(new byte[300_000]);
            out.flush();
            String begun =
                    "{\"command\": \"for i in $(seq 100); do ls -A | grep -q . && echo begun && exit; sleep 0.05; done\"}";
            assertThat(server.run(id, "commands", begun).path("stdout").asText())
                    .isEqualTo("begun\n");
        }
        String script =
                "{\"command\": \"for i in $(seq 50); do ls -A | grep -q . || exit 0; sleep 0.1; done; ls -A; exit 1\"}";
        assertThat(server.run(id, "commands", script).path("stdout").asText()).isEmpty();
    }
}
