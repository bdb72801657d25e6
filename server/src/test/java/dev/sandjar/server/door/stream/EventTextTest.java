package dev.sandjar.server.door.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandjar.Output;
import dev.sandjar.Output.Stream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes as text events: whole, once, and text wherever it can be. */
class EventTextTest {
    private static final byte[] TEXT = "aé€😀z".getBytes(StandardCharsets.UTF_8);

    private final EventText text = new EventText();
    private final List<EventText.Event> events = new ArrayList<>();

    @Test
    void aCodePointThatIsSplitAnywhereIsTextAndWhole() {
        for (int split = 0; split <= TEXT.length; split++) {
            for (int again = split; again <= TEXT.length; again++) {
                events.clear();
                say(Stream.STDOUT, 0, Arrays.copyOfRange(TEXT, 0, split));
                say(Stream.STDOUT, split, Arrays.copyOfRange(TEXT, split, again));
                say(Stream.STDOUT, again, Arrays.copyOfRange(TEXT, again, TEXT.length));
                events.addAll(text.rest());
                assertThat(events).allMatch(event -> event.json().has("text"));
                assertThat(bytes("stdout")).isEqualTo(TEXT);
                assertThat(events.getLast().end()).isEqualTo(TEXT.length);
            }
        }
    }

    @Test
    void byteByByteItIsTextToo() {
        for (int i = 0; i < TEXT.length; i++) {
            say(Stream.STDERR, i, new byte[] {TEXT[i]});
        }
        assertThat(events).hasSize(5).allMatch(event -> event.json().has("text"));
        assertThat(bytes("stderr")).isEqualTo(TEXT);
    }

    @Test
    void whatWouldHaveToWaitBehindAnotherStreamIsNotText() {
        say(Stream.STDOUT, 0, new byte[] {TEXT[0], TEXT[1]});
        say(Stream.STDERR, 2, new byte[] {'e'});
        say(Stream.STDOUT, 3, Arrays.copyOfRange(TEXT, 2, TEXT.length));
        assertThat(events.stream().map(EventText.Event::end)).isSorted().endsWith(TEXT.length + 1L);
        assertThat(bytes("stdout")).isEqualTo(TEXT);
        assertThat(bytes("stderr")).isEqualTo(new byte[] {'e'});
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff", "c0af", "eda080", "f4908080", "80", "e282", "00"})
    void whatIsNoTextIsWholeAllTheSame(String hex) {
        byte[] odd = java.util.HexFormat.of().parseHex(hex);
        say(Stream.STDOUT, 0, odd);
        events.addAll(text.rest());
        assertThat(bytes("stdout")).isEqualTo(odd);
    }

    @Test
    void aGapComesAfterWhatWasBegunBeforeIt() {
        say(Stream.STDOUT, 0, new byte[] {TEXT[1]});
        events.addAll(text.events(new Output.Gap(1, 100)));
        assertThat(events.stream().map(EventText.Event::name)).containsExactly("output", "gap");
        assertThat(events.getLast().end()).isEqualTo(100);
    }

    private void say(Stream stream, long offset, byte[] bytes) {
        if (bytes.length > 0) {
            events.addAll(text.events(new Output.Chunk(stream, offset, ByteBuffer.wrap(bytes))));
        }
    }

    private byte[] bytes(String stream) {
        var all = new ByteArrayOutputStream();
        for (EventText.Event event : events) {
            JsonNode json = event.json();
            if (json.path("stream").asText().equals(stream)) {
                all.writeBytes(
                        json.has("text")
                                ? json.path("text").asText().getBytes(StandardCharsets.UTF_8)
                                : Base64.getDecoder().decode(json.path("base64").asText()));
            }
        }
        return all.toByteArray();
    }
}
