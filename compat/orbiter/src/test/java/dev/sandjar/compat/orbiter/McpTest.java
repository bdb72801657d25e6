package dev.sandjar.compat.orbiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** MCP servers of {@code mcp_config}, inside the sandbox: what they are for, and what they may do wrong. */
class McpTest {
    private static LocalSandbox sandbox;

    @BeforeAll
    static void start() throws Exception {
        var servers = new LinkedHashMap<String, Object>();
        servers.put("good", Servers.wellBehaved());
        servers.put("other", with(Servers.wellBehaved(), "cwd", "/tmp"));
        servers.put("hasty", with(Servers.wellBehaved(), "timeout", 2));
        servers.put("off", Map.of("type", "sse", "url", "http://far.example/mcp", "disabled", true));
        servers.put("mute", with(Servers.python("import time; time.sleep(1000)"), "timeout", 1));
        servers.put("liar", with(Servers.python("while True: print('{\"jsonrpc\": 1}' * 10)"), "timeout", 1));
        servers.put("dead", Servers.python("import sys; sys.exit('no configuration')"));
        servers.put("missing", Map.of("command", "no-such-program"));
        sandbox = LocalSandbox.builder()
                .withPlaceOptions(Servers.HERE)
                .withMcpConfig(Map.of("mcpServers", servers))
                .start();
    }

    @AfterAll
    static void close() {
        sandbox.close();
    }

    private static Map<String, Object> with(Map<String, Object> server, String key, Object value) {
        var all = new LinkedHashMap<>(server);
        all.put(key, value);
        return all;
    }

    private static Map<String, Object> call(String tool, Map<String, Object> arguments) throws InterruptedException {
        return sandbox.runTool(tool, arguments);
    }

    /** Whatever happened before, it answers. */
    private static void isUsable(String server) throws InterruptedException {
        assertThat(call(server + "__add", Map.of("a", 40, "b", 2))).containsEntry("text", "42");
    }

    @Test
    void aToolIsCalledByItsServersNameAndItsOwn() throws Exception {
        assertThat(call("good__add", Map.of("a", 1, "b", 2)))
                .containsEntry("tool", "good__add")
                .containsEntry("status", "ok")
                .containsEntry("server", "good")
                .containsEntry("text", "3")
                .containsEntry("structured_content", Map.of("sum", 3))
                .extractingByKey("content")
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .hasSize(1);
    }

    @Test
    void serversRunInsideWithTheirEnvironmentAndFolder() throws Exception {
        assertThat(call("good__where", Map.of()).get("text"))
                .asString()
                .contains("\"uid\": 1000", "\"cwd\": \"/workspace\"", "\"token\": \"a-secret-token\"");
        assertThat(call("other__where", Map.of()).get("text")).asString().contains("\"cwd\": \"/tmp\"");
    }

    @Test
    void itsToolsAreListed() {
        assertThat(sandbox.tools()).extracting(ToolInfo::name).contains("filesystem", "good__add", "other__read");
        assertThat(sandbox.tools()).extracting(ToolInfo::name).noneMatch(name -> name.startsWith("off__"));
    }

    @Test
    void whatAServerSaysIsWrongIsAnError() throws Exception {
        assertThatThrownBy(() -> call("good__fail", Map.of()))
                .isInstanceOf(ToolException.class)
                .hasMessage("MCP tool 'fail' of good failed: no such thing");
        assertThatThrownBy(() -> call("good__nothing", Map.of()))
                .isInstanceOf(ToolException.class)
                .hasMessageStartingWith("MCP server good has no tool 'nothing', it has: add, where,");
        isUsable("good");
    }

    @Test
    void aServerThatCrashesIsSaidToAndStartedAnew() throws Exception {
        assertThatThrownBy(() -> call("other__crash", Map.of()))
                .isInstanceOf(ToolException.class)
                .hasMessage("MCP server other has ended (exit code 3); it wrote to stderr: about to crash");
        assertThat(sandbox.mcpServers().get("other")).startsWith("failed: ");
        isUsable("other");
        assertThat(sandbox.mcpServers()).containsEntry("other", "running");
    }

    @Test
    void aServerThatHangsIsEndedWithAllThatItStarted() throws Exception {
        assertThatThrownBy(() -> call("hasty__hang", Map.of()))
                .isInstanceOf(ToolException.class)
                .hasMessage(
                        "MCP server hasty did not answer hang within 2.0s; it was ended, and the next call starts it anew");
        assertThat(call("terminal", Map.of("command", "test -d /proc/$(cat child) && echo alive || echo gone")))
                .containsEntry("stdout", "gone\n");
        isUsable("hasty");
    }

    @Test
    void garbageBetweenAnswersIsPassedOver() throws Exception {
        assertThat(call("good__garbage", Map.of())).containsEntry("text", "after the garbage");
        isUsable("good");
    }

    @Test
    void aLargeAnswerArrivesWhole() throws Exception {
        int bytes = 8 << 20;
        assertThat(call("good__flood", Map.of("bytes", bytes)).get("text"))
                .asString()
                .hasSize(bytes);
    }

    @Test
    void anAnswerOf50MegabytesIsRefusedByALimitAndNotKept() throws Exception {
        assertThatThrownBy(() -> call("good__flood", Map.of("bytes", 50 << 20)))
                .isInstanceOf(ToolException.class)
                .hasMessage("MCP server good sent a message of more than 16777216 bytes (limit mcp-message),"
                        + " which was passed over; let the tool write it to a file instead");
        isUsable("good");
    }

    /** It could make us ask for all its tools, which never end. */
    @Test
    void whatAServerTellsWithoutBeingAskedIsNotFollowed() throws Exception {
        Object before = call("good__heard", Map.of()).get("text");
        assertThat(call("good__notify", Map.of())).containsEntry("text", "notified");
        isUsable("good");
        assertThat(call("good__heard", Map.of())).containsEntry("text", before);
    }

    @Test
    void aServerThatAsksAndDoesNotReadIsNotAnsweredForEver() throws Exception {
        assertThat(call("good__ask", Map.of("times", 100_000))).containsEntry("text", "asked");
        isUsable("good");
        String heard = String.valueOf(call("good__heard", Map.of()).get("text"));
        assertThat(Integer.parseInt(heard.replaceAll(".*answers\": (\\d+).*", "$1")))
                .isBetween(1, 60_000); // what pipes and windows hold, and the thousand that may wait
    }

    @Test
    void aServerThatDoesNotComeUpCostsItsOwnToolsOnly() {
        assertThat(sandbox.mcpServers())
                .containsEntry("good", "running")
                .containsEntry("mute", "failed: MCP server mute did not answer initialize within 1.0s; it was ended")
                .containsEntry(
                        "dead", "failed: MCP server dead has ended (exit code 1); it wrote to stderr: no configuration")
                .hasEntrySatisfying(
                        "missing",
                        state -> assertThat(state)
                                .startsWith("failed: MCP server missing has ended (exit code 127)")
                                .contains("no-such-program"))
                .hasEntrySatisfying(
                        "liar",
                        state -> assertThat(state)
                                .startsWith(
                                        "failed: MCP server liar did not answer initialize within 1.0s; it printed what is no MCP: ")
                                .hasSizeLessThan(5_000))
                .doesNotContainKey("off");
        assertThatThrownBy(() -> call("dead__anything", Map.of()))
                .isInstanceOf(ToolException.class)
                .hasMessage("MCP server dead has ended (exit code 1); it wrote to stderr: no configuration");
    }

    @Test
    void manyCallsAtOnceGetEachItsOwnAnswer() {
        var all = java.util.stream.IntStream.range(0, 50)
                .mapToObj(i -> sandbox.runToolAsync("good__add", Map.of("a", i, "b", 1000)))
                .toList();
        for (int i = 0; i < all.size(); i++) {
            assertThat(all.get(i).join()).containsEntry("text", Integer.toString(i + 1000));
        }
    }

    @Test
    void serversAreStartedAgainWithTheSandbox() throws Exception {
        try (var own = LocalSandbox.builder()
                .withPlaceOptions(Servers.HERE)
                .withTimeout(Duration.ofSeconds(20))
                .withMcpConfig(Servers.config("good", Servers.wellBehaved()))
                .build()) {
            assertThat(own.mcpServers()).containsEntry("good", "not started");
            for (int i = 0; i < 2; i++) {
                own.start();
                assertThat(own.runTool("good__add", Map.of("a", 1, "b", 1))).containsEntry("text", "2");
                own.stop();
                assertThat(own.mcpServers()).containsEntry("good", "not started");
            }
        }
    }

    @Test
    void secretsAreInNoText() {
        assertThat(sandbox.toString()
                        + sandbox.describe()
                        + sandbox.mcpServers()
                        + McpServerSpec.parse(sandbox.mcpConfig()))
                .doesNotContain("a-secret-token");
        assertThat(List.of(sandbox.settings.toString())).noneMatch(text -> text.contains("a-secret-token"));
    }
}
