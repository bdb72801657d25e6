package dev.sandjar.compat.orbiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class McpServerSpecTest {
    @Test
    void allPartsOfAServerAreRead() {
        McpServerSpec server = McpServerSpec.parse(Servers.config(
                        "files",
                        Map.of(
                                "type",
                                "stdio",
                                "command",
                                "npx",
                                "args",
                                List.of("-y", "server-filesystem", 1),
                                "env",
                                Map.of("LEVEL", 3),
                                "cwd",
                                "/workspace/src",
                                "timeout",
                                2.5,
                                "disabled",
                                false)))
                .getFirst();
        assertThat(server.name()).isEqualTo("files");
        assertThat(server.argv()).containsExactly("npx", "-y", "server-filesystem", "1");
        assertThat(server.env()).isEqualTo(Map.of("LEVEL", "3"));
        assertThat(server.cwd()).contains("/workspace/src");
        assertThat(server.timeout()).contains(Duration.ofMillis(2_500));
    }

    @Test
    void noConfigurationIsNoServers() {
        assertThat(McpServerSpec.parse(Map.of())).isEmpty();
        assertThat(McpServerSpec.parse(Map.of("mcpServers", Map.of()))).isEmpty();
    }

    @Test
    void aServerThatIsDisabledIsPassedOver() {
        assertThat(McpServerSpec.parse(Servers.config("far", Map.of("url", "http://x", "disabled", true))))
                .isEmpty();
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of(Map.of("servers", Map.of()), "mcp_config has 'servers', known: mcpServers"),
                Arguments.of(Map.of("mcpServers", List.of()), "mcp_config: mcpServers must be an object"),
                Arguments.of(
                        Servers.config("a__b", Map.of("command", "x")),
                        "mcp_config: server a__b: its name may have letters, digits, . - and single _, 63 at most"),
                Arguments.of(
                        Servers.config("s", Map.of("type", "streamable-http", "url", "http://x")),
                        "mcp_config: server s: type 'streamable-http' would be called from outside the sandbox;"
                                + " only stdio is started inside: give it a 'command', or call it by a Tool of your own"),
                Arguments.of(
                        Servers.config("s", Map.of("url", "http://x")),
                        "mcp_config: server s: type 'sse' would be called from outside the sandbox;"
                                + " only stdio is started inside: give it a 'command', or call it by a Tool of your own"),
                Arguments.of(
                        Servers.config("s", Map.of("args", List.of())),
                        "mcp_config: server s: 'command' must be the program to start"),
                Arguments.of(
                        Servers.config("s", Map.of("command", "x", "args", "y")),
                        "mcp_config: server s: 'args' must be a list"),
                Arguments.of(
                        Servers.config("s", Map.of("command", "x", "timeout", "long")),
                        "mcp_config: server s: 'timeout' must be a number of seconds, at most 28800"),
                Arguments.of(
                        Servers.config("s", Map.of("command", "x", "headers", Map.of())),
                        "mcp_config: server s: 'headers' is for servers that have an address; this one is started inside"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void whatIsWrongIsRefusedWithItsName(Map<String, Object> config, String message) {
        assertThatThrownBy(() -> McpServerSpec.parse(config))
                .isInstanceOf(SandboxError.class)
                .hasMessage(message);
    }

    @Test
    void anUnknownPartIsRefused() {
        assertThatThrownBy(() -> McpServerSpec.parse(Servers.config("s", Map.of("command", "x", "shell", true))))
                .isInstanceOf(SandboxError.class)
                .hasMessageStartingWith("mcp_config: server s: 'shell' is unknown, known: args, command, cwd,");
    }
}
