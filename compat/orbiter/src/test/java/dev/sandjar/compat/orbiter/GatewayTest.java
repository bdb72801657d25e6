package dev.sandjar.compat.orbiter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.testing.Waiting;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What listens behind a sandbox's service, asked through the sandbox's own port. */
class GatewayTest {
    private static LocalSandbox sandbox;
    private static Gateway gateway;

    @BeforeAll
    static void start() throws Exception {
        sandbox = LocalSandbox.builder().withPlaceOptions(Servers.HERE).start();
        var good = Servers.wellBehaved();
        var hasty = new LinkedHashMap<>(good);
        hasty.put("timeout", 1);
        var config = Map.<String, Object>of(
                "mcpServers", Map.of("good", good, "hasty", hasty, "missing", Map.of("command", "no-such-program")));
        gateway = Gateway.start(sandbox.sandbox(), McpServerSpec.parse(config), "/workspace", Duration.ofSeconds(20));
        assertThat(gateway.state()).isEqualTo("listening on port 8080");
    }

    @AfterAll
    static void close() {
        gateway.close();
        sandbox.close();
    }

    private static String ask(String method, String path, String headers, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        try (var connection = sandbox.sandbox().dial(Gateway.PORT)) {
            connection
                    .output()
                    .write((method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers
                                    + "Content-Length: " + bytes.length + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.UTF_8));
            connection.output().flush();
            return new String(connection.input().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String call(String server, String tool, String arguments) throws IOException {
        return ask("POST", "/" + server, "", """
                {"jsonrpc": "2.0", "id": "mine", "method": "tools/call", "params": {"name": "%s", "arguments": %s}}""".formatted(tool, arguments));
    }

    @Test
    void itSaysThatItLivesAndWhatItHas() throws IOException {
        assertThat(ask("GET", "/health", "", "")).startsWith("HTTP/1.1 200 ").endsWith("{\"status\": \"ok\"}");
        assertThat(ask("GET", "/", "", "")).endsWith("{\"servers\": [\"good\", \"hasty\", \"missing\"]}");
    }

    @Test
    void aCallIsHandedOnAndAnsweredUnderItsOwnId() throws IOException {
        assertThat(call("good", "add", "{\"a\": 1, \"b\": 2}"))
                .startsWith("HTTP/1.1 200 ")
                .contains("\"id\": \"mine\"", "\"text\": \"3\"");
    }

    @Test
    void aNotificationIsTaken() throws IOException {
        assertThat(ask("POST", "/good", "", "{\"jsonrpc\": \"2.0\", \"method\": \"notifications/initialized\"}"))
                .startsWith("HTTP/1.1 202 ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "POST | /unknown  | 404 | no such server",
                "GET  | /unknown  | 404 | no such server",
                "GET  | /good     | 405 | there is no stream of messages",
                "POST | /good     | 400 | not one JSON-RPC message",
            })
    void whatIsWrongIsRefused(String method, String path, int status, String why) throws IOException {
        assertThat(ask(method, path, "", "[1, 2"))
                .startsWith("HTTP/1.1 " + status + " ")
                .contains(why);
    }

    @Test
    void aPageInABrowserCallsNothing() throws IOException {
        assertThat(ask("POST", "/good", "Origin: http://bad.example\r\n", "{}")).startsWith("HTTP/1.1 403 ");
    }

    @Test
    void aServerThatIsNotThereIsAnError() throws IOException {
        assertThat(call("missing", "add", "{}")).contains("\"error\"", "MCP server missing: ", "no-such-program");
    }

    @Test
    void aServerThatCrashesIsStartedAnew() throws IOException {
        assertThat(call("good", "crash", "{}")).contains("MCP server good: has ended");
        assertThat(call("good", "add", "{\"a\": 1, \"b\": 2}")).contains("\"text\": \"3\"");
    }

    @Test
    void aServerThatHangsIsEnded() throws IOException {
        assertThat(call("hasty", "hang", "{}")).contains("MCP server hasty: did not answer within 1.0 seconds");
        assertThat(call("hasty", "add", "{\"a\": 1, \"b\": 2}")).contains("\"text\": \"3\"");
    }

    @Test
    void anAnswerOf50MegabytesIsRefused() throws IOException {
        assertThat(call("good", "flood", "{\"bytes\": 52428800}"))
                .contains("MCP server good: sent a message of more than 16777216 bytes");
        assertThat(call("good", "garbage", "{}")).contains("after the garbage");
    }

    @Test
    void itIsStartedAnewWhenSomebodyKillsIt() throws Exception {
        sandbox.runTool("terminal", Map.of("command", "pgrep -f streamable.HTTP | xargs kill -9"));
        Waiting.until("it has been noticed", () -> !gateway.state().startsWith("listening"));
        Waiting.until("it listens again", () -> gateway.state().startsWith("listening"));
        assertThat(call("good", "add", "{\"a\": 1, \"b\": 2}")).contains("\"text\": \"3\"");
    }
}
