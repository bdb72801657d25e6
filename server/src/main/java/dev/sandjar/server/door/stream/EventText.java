package dev.sandjar.server.door.stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.Output;
import dev.sandjar.server.body.Utf8;
import dev.sandjar.wire.Json;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Output as events of JSON: text where it is whole, else base64, so that no byte is damaged or told twice. */
final class EventText {
    private Output.@Nullable Chunk begun; // the first bytes of a code point

    /** @param end the offset after it */
    record Event(String name, long end, ObjectNode json) {}

    /** What can be said now. */
    List<Event> events(Output output) {
        var events = new ArrayList<Event>();
        switch (output) {
            case Output.Gap(long from, long to) -> {
                events.addAll(rest());
                events.add(new Event("gap", to, Json.object().put("from", from).put("to", to)));
            }
            case Output.Chunk chunk -> {
                Output.@Nullable Chunk before = begun;
                boolean goesOn = before != null && before.stream() == chunk.stream();
                if (!goesOn) {
                    events.addAll(rest());
                }
                begun = null;
                add(events, goesOn && before != null ? joined(before, chunk) : chunk);
            }
        }
        return events;
    }

    /** What was kept back for bytes that did not come. */
    List<Event> rest() {
        Output.@Nullable Chunk left = begun;
        begun = null;
        return left == null ? List.of() : List.of(base64(left));
    }

    private void add(List<Event> events, Output.Chunk chunk) {
        ByteBuffer bytes = chunk.bytes();
        int open = Utf8.unfinished(bytes);
        ByteBuffer whole = bytes.slice(bytes.position(), bytes.remaining() - open);
        if (open > 0) {
            begun = new Output.Chunk(
                    chunk.stream(),
                    chunk.offset() + whole.remaining(),
                    bytes.slice(bytes.position() + whole.remaining(), open));
        }
        if (whole.hasRemaining()) {
            var now = new Output.Chunk(chunk.stream(), chunk.offset(), whole);
            events.add(text(now));
        }
    }

    private static Event text(Output.Chunk chunk) {
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(chunk.bytes());
            return event(chunk, json(chunk).put("text", text.toString()));
        } catch (CharacterCodingException e) {
            return base64(chunk);
        }
    }

    private static Event base64(Output.Chunk chunk) {
        byte[] bytes = new byte[chunk.bytes().remaining()];
        chunk.bytes().get(bytes);
        return event(chunk, json(chunk).put("base64", Base64.getEncoder().encodeToString(bytes)));
    }

    private static ObjectNode json(Output.Chunk chunk) {
        return Json.object()
                .put("stream", chunk.stream().name().toLowerCase(Locale.ROOT))
                .put("offset", chunk.offset());
    }

    private static Event event(Output.Chunk chunk, ObjectNode json) {
        return new Event("output", chunk.end(), json);
    }

    private static Output.Chunk joined(Output.Chunk first, Output.Chunk second) {
        ByteBuffer both =
                ByteBuffer.allocate(first.bytes().remaining() + second.bytes().remaining());
        both.put(first.bytes()).put(second.bytes()).flip();
        return new Output.Chunk(first.stream(), first.offset(), both);
    }
}
