package dev.sandjar.bench.parts;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxInfo;
import dev.sandjar.SandboxPage;
import dev.sandjar.SandboxSpec;
import dev.sandjar.SandboxState;
import dev.sandjar.wire.Infos;
import dev.sandjar.wire.Json;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A page of 100 sandboxes as JSON, beside the text being parsed only. */
@State(Scope.Thread)
public class ListBench {
    private final SandboxPage page =
            new SandboxPage(Stream.generate(ListBench::sandbox).limit(100).toList(), 5_000);
    private final byte[] text = Json.bytes(Infos.write(page));

    private static SandboxInfo sandbox() {
        Instant now = Instant.now();
        return new SandboxInfo(
                SandboxId.random(),
                SandboxState.RUNNING,
                Optional.empty(),
                "alice",
                "host",
                Optional.empty(),
                now,
                now.plusSeconds(3_600),
                now,
                "/workspace",
                List.of(),
                SandboxSpec.of("host"));
    }

    @Benchmark
    public byte[] written() {
        return Json.bytes(Infos.write(page));
    }

    @Benchmark
    public SandboxPage read() throws JsonProcessingException {
        return Infos.page(Json.parse(text));
    }

    @Benchmark
    public Object parsedOnly() throws JsonProcessingException {
        return Json.parse(text);
    }
}
