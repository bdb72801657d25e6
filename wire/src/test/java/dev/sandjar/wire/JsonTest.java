package dev.sandjar.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.CommandId;
import dev.sandjar.CommandSpec;
import dev.sandjar.Metadata;
import dev.sandjar.Network;
import dev.sandjar.ProcessId;
import dev.sandjar.ProcessInfo;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Signal;
import dev.sandjar.Window;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {
    @Test
    void aSpecComesBackAsItWas() throws Exception {
        var metadata = new LinkedHashMap<String, @Nullable Object>();
        metadata.put("int", 7);
        metadata.put("long", 1L << 40);
        metadata.put("double", 0.1);
        metadata.put("exact", new BigDecimal("0.1000000000000000000000000001"));
        metadata.put("nothing", null);
        metadata.put("list", List.of(true, "é", Map.of("deep", "value")));
        var spec = SandboxSpec.builder()
                .image("python:3.11")
                .template("small")
                .ttl(Duration.ofMillis(60_001))
                .idleTimeout(Duration.ofMinutes(5))
                .env(Map.of("A", "b\nc"))
                .cwd("/srv")
                .user("1:2")
                .cpu(0.5)
                .memory(64L << 20)
                .pids(64)
                .disk(64L << 20)
                .metadata(new Metadata(metadata))
                .network(Network.OUTBOUND)
                .build();
        assertThat(Specs.sandbox(Json.parse(Json.bytes(Specs.write(spec))))).isEqualTo(spec);
        var empty = SandboxSpec.builder().build();
        assertThat(Specs.sandbox(Json.parse(Json.bytes(Specs.write(empty))))).isEqualTo(empty);
    }

    @Test
    void aProcessComesBackAsItWas() throws Exception {
        var full = new ProcessInfo(
                new ProcessId(7, Instant.parse("2026-11-20T11:55:00.120Z")),
                OptionalInt.of(3),
                ProcessInfo.State.ZOMBIE,
                Duration.ofMillis(1_510),
                4_096,
                Optional.of(CommandId.random()),
                "a)\n",
                List.of("sh", "", "é\u001b"),
                true);
        assertThat(Infos.process(Json.parse(Json.bytes(Infos.write(full))))).isEqualTo(full);
        var bare = new ProcessInfo(
                full.id(),
                OptionalInt.empty(),
                ProcessInfo.State.RUNNING,
                Duration.ZERO,
                0,
                Optional.empty(),
                "",
                List.of(),
                false);
        assertThat(Infos.process(Json.parse(Json.bytes(Infos.write(bare))))).isEqualTo(bare);
        var sent = new Specs.ProcessSignal(Signal.TERM, full.id().startedAt());
        assertThat(Specs.processSignal(Json.parse(Json.bytes(Specs.write(full.id(), Signal.TERM)))))
                .isEqualTo(sent);
    }

    @Test
    void aCommandComesBackAsItWas() throws Exception {
        var spec = CommandSpec.builder(List.of("sh", "-c", "echo \"é\""))
                .env(Map.of("A", ""))
                .cwd("sub")
                .limit(Duration.ofSeconds(3))
                .stdin(true)
                .terminal(new Window(1, 65_535))
                .retention(CommandSpec.Retention.LATEST)
                .orSh(true)
                .build();
        assertThat(Specs.command(Json.parse(Json.bytes(Specs.write(spec))))).isEqualTo(spec);
    }

    /** Servers of before refuse what they do not know. */
    @Test
    void aCommandThatWantsNothingNewIsWrittenAsBefore() throws Exception {
        assertThat(Specs.write(CommandSpec.of("true")).has("orSh")).isFalse();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            {'imagee': 'host'}      | field "imagee" is unknown
            {'image': 7}            | image is a number, allowed: text
            {'ttl': 'an hour'}      | ttl is something else
            {'ttl': 'PT59S'}        | ttl is 59, allowed: 60 to 28800 seconds
            {'pids': 1.5}           | pids is a number, allowed: a whole number
            {'env': {'A': 1}}       | env is an object with a number
            {'network': 'all'}      | network is unknown, allowed: none, outbound
            []                      | sandbox is an array, allowed: a JSON object
            """)
    void aBadFieldIsNamed(String json, String message) {
        assertThatThrownBy(() -> Specs.sandbox(
                        Json.parse(json.replace('\'', '"').getBytes(java.nio.charset.StandardCharsets.UTF_8))))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining(message.replace("\"\"", "\""));
    }
}
