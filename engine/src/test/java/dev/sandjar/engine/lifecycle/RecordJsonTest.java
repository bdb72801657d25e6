package dev.sandjar.engine.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.Metadata;
import dev.sandjar.SandboxSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordJsonTest {
    @Test
    void everyPartIsReadBack() {
        var metadata = new LinkedHashMap<String, Object>();
        metadata.put("text", "é\n");
        metadata.put("null", null);
        metadata.put("list", List.of(1, 0.5, true, Map.of("a", "b")));
        var spec = SandboxSpec.builder()
                .image("host")
                .template("t")
                .ttl(Duration.ofMinutes(7))
                .idleTimeout(Duration.ofSeconds(90))
                .env(Map.of("A", "b=c"))
                .cwd("/tmp")
                .user("7:8")
                .cpu(0.5)
                .memory(1L << 30)
                .pids(99)
                .disk(1L << 31)
                .metadata(Metadata.of(metadata))
                .sshPublicKeys(List.of("ssh-ed25519 AAAA me"))
                .build();
        var record = new SandboxRecord(
                "alice", spec, Instant.parse("2026-01-01T00:00:00.123456789Z"), Instant.EPOCH, Optional.of("key"));
        assertThat(RecordJson.read(RecordJson.write(record))).contains(record);
    }

    @Test
    void theSmallestRecordIsReadBack() {
        var record =
                new SandboxRecord("", SandboxSpec.builder().build(), Instant.EPOCH, Instant.EPOCH, Optional.empty());
        assertThat(RecordJson.read(RecordJson.write(record))).contains(record);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "[]", "null", "{\"owner\": 7}", "{\"createdAt\": \"yesterday\"}", "not json"})
    void whatIsNoRecordIsNone(String text) {
        assertThat(RecordJson.read(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"+10000-01-01T00:00:00Z", "+1000000000-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59Z"})
    void whatIsOfNoTimeThatWeCouldTellIsNone(String expiresAt) {
        String record = RecordJson.write(
                new SandboxRecord("", SandboxSpec.builder().build(), Instant.EPOCH, Instant.EPOCH, Optional.empty()));
        assertThat(RecordJson.read(record.replace(
                        "\"expiresAt\":\"1970-01-01T00:00:00Z\"", "\"expiresAt\":\"" + expiresAt + "\"")))
                .isEmpty();
    }

    @Test
    void theLastMomentThatCountsIsRead() {
        var last = new SandboxRecord(
                "",
                SandboxSpec.builder().build(),
                Instant.EPOCH,
                Instant.parse("9999-12-31T00:00:00Z"),
                Optional.empty());
        assertThat(RecordJson.read(RecordJson.write(last))).contains(last);
    }
}
