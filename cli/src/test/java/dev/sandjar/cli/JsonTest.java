package dev.sandjar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandjar.CommandId;
import dev.sandjar.CommandInfo;
import dev.sandjar.Ending;
import dev.sandjar.Metadata;
import dev.sandjar.ProcessId;
import dev.sandjar.ProcessInfo;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxInfo;
import dev.sandjar.SandboxSpec;
import dev.sandjar.SandboxState;
import dev.sandjar.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class JsonTest {
    static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    static SandboxInfo info(SandboxSpec spec, String image) {
        return new SandboxInfo(
                SandboxId.parse("3fa85f64-5717-4562-b3fc-2c963f66afa6").orElseThrow(),
                SandboxState.RUNNING,
                Optional.empty(),
                "local",
                image,
                Optional.empty(),
                NOW.minusSeconds(300),
                NOW.plusSeconds(3_300),
                NOW,
                "/workspace",
                List.of("no limit on disk"),
                spec);
    }

    @Test
    void fieldNamesOfASandboxAreStable() {
        var spec = SandboxSpec.builder()
                .memory(64 << 20)
                .ttl(Duration.ofHours(1))
                .metadata(Metadata.of(Map.of("task", 7)))
                .build();
        assertThat(Json.of(info(spec, "host")).toString())
                .isEqualTo("{\"id\":\"3fa85f64-5717-4562-b3fc-2c963f66afa6\",\"state\":\"running\",\"owner\":\"local\","
                        + "\"image\":\"host\",\"createdAt\":\"2026-11-20T11:55:00Z\",\"expiresAt\":\"2026-11-20T12:55:00Z\","
                        + "\"lastActivityAt\":\"2026-11-20T12:00:00Z\",\"workspace\":\"/workspace\",\"ttlSeconds\":3600,"
                        + "\"memory\":67108864,\"network\":\"none\",\"envNames\":[],\"metadata\":{\"task\":7},"
                        + "\"weaknesses\":[\"no limit on disk\"]}");
    }

    @Test
    void valuesOfEnvironmentVariablesMayBeSecretsAndAreLeftOut() {
        var spec = SandboxSpec.builder().env(Map.of("KEY", "hunter2")).build();
        assertThat(Json.text(Json.of(info(spec, "host")))).contains("KEY").doesNotContain("hunter2");
    }

    @Test
    void aDocumentIsAsciiSoThatItSteersNoTerminal() throws Exception {
        String hostile = "\u001b[2J\u009b1m ü 🙂";
        String text = Json.text(Json.of(info(SandboxSpec.builder().build(), hostile)));
        assertThat(text.chars()).allMatch(c -> c == '\n' || (c >= ' ' && c < 127));
        JsonNode back = Json.MAPPER.readTree(text);
        assertThat(back.path("image").asText()).isEqualTo(hostile);
    }

    @Test
    void aCommandHasAnExitCodeOnlyWhenItHasEnded() {
        var id = CommandId.random();
        var running = new CommandInfo(id, List.of("a"), false, 7, NOW, Optional.empty(), 0, 3);
        assertThat(Json.of(running).path("running").asBoolean()).isTrue();
        assertThat(Json.of(running).has("exitCode")).isFalse();
        var ended = new CommandInfo(id, List.of("a"), false, 7, NOW, Optional.of(new Ending.Killed(Signal.TERM)), 0, 3);
        assertThat(Json.of(ended).path("exitCode").asInt()).isEqualTo(143);
        assertThat(Json.of(ended).path("ending").asText()).isEqualTo("killed by TERM");
    }

    @Test
    void aTableOfSandboxesCannotBeForged() {
        String table = LsCommand.table(List.of(info(SandboxSpec.builder().build(), "a\nb\u001b[1A")), NOW);
        assertThat(table).isEqualTo("""
                ID                                    STATE    IMAGE     AGE  EXPIRES IN
                3fa85f64-5717-4562-b3fc-2c963f66afa6  running  a?b?[1A   5m   55m
                """.replace("IMAGE     AGE", "IMAGE    AGE").replace("[1A   5m", "[1A  5m"));
    }

    private static ProcessInfo process(int pid, String name, String... argv) {
        return new ProcessInfo(
                new ProcessId(pid, NOW.minusSeconds(300)),
                OptionalInt.empty(),
                ProcessInfo.State.SLEEPING,
                Duration.ofMillis(1_500),
                5 << 20,
                CommandId.parse("3fa85f64-5717-4562-b3fc-2c963f66afa6"),
                name,
                List.of(argv),
                false);
    }

    @Test
    void fieldNamesOfAProcessAreStable() {
        assertThat(Json.of(process(7, "sh", "sh", "-c", "x")).toString())
                .isEqualTo(
                        "{\"pid\":7,\"startedAt\":\"2026-11-20T11:55:00Z\",\"state\":\"sleeping\",\"cpuSeconds\":1.5,"
                                + "\"memory\":5242880,\"command\":\"3fa85f64-5717-4562-b3fc-2c963f66afa6\",\"name\":\"sh\","
                                + "\"argv\":[\"sh\",\"-c\",\"x\"],\"argvCut\":false}");
    }

    @Test
    void aTableOfProcessesCannotBeForged() {
        String table =
                PsCommand.table(List.of(process(7, "sh", "sh", "a\n8 b\u001b[1A"), process(9, "\u001b[2Jx\n")), NOW);
        assertThat(table).isEqualTo("""
                PID  PARENT  STATE     AGE  CPU   MEMORY   COMMAND   WORDS
                7    -       sleeping  5m   1.5s  5.0 MiB  3fa85f64  sh 'a?8 b?[1A'
                9    -       sleeping  5m   1.5s  5.0 MiB  3fa85f64  [?[2Jx?]
                """);
    }
}
