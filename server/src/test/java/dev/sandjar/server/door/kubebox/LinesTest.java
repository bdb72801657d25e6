package dev.sandjar.server.door.kubebox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.Output;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinesTest {
    private final List<Lines.Line> told = new ArrayList<>();
    private final Lines lines = new Lines(told::add);
    private long offset;

    private void add(Output.Stream stream, byte[] bytes, int from, int to) throws Exception {
        if (from < to) {
            lines.add(new Output.Chunk(stream, offset, ByteBuffer.wrap(bytes, from, to - from)));
            offset += to - from;
        }
    }

    private String text(Output.Stream stream) {
        var text = new StringBuilder();
        told.stream().filter(line -> line.stream() == stream).forEach(line -> text.append(line.text()));
        return text.toString();
    }

    @Test
    void whereverOutputIsCutTheLinesAreTheSame() throws Exception {
        byte[] bytes = "a\u00e9\u20ac\ud83d\ude00\n\n\0b\r\nlast \u20ac".getBytes(UTF_8);
        for (int one = 0; one <= bytes.length; one++) {
            for (int two = one; two <= bytes.length; two++) {
                told.clear();
                add(Output.Stream.STDOUT, bytes, 0, one);
                add(Output.Stream.STDOUT, bytes, one, two);
                add(Output.Stream.STDOUT, bytes, two, bytes.length);
                lines.end();
                assertThat(told)
                        .extracting(Lines.Line::text)
                        .containsExactly("a\u00e9\u20ac\ud83d\ude00\n", "\n", "\0b\r\n", "last \u20ac");
            }
        }
    }

    @Test
    void aCodePointIsNotDamagedWhereALongLineIsCutOrTheOtherStreamComesBetween() throws Exception {
        for (int before = 0; before < 4; before++) {
            told.clear();
            String text = "x".repeat(before) + "\ud83d\ude00".repeat(40_000);
            byte[] bytes = text.getBytes(UTF_8);
            byte[] error = "e\n".getBytes(UTF_8);
            for (int from = 0; from < bytes.length; from += 1_001) {
                add(Output.Stream.STDOUT, bytes, from, Math.min(bytes.length, from + 1_001));
                add(Output.Stream.STDERR, error, 0, 2);
            }
            lines.end();
            assertThat(text(Output.Stream.STDOUT)).isEqualTo(text);
            assertThat(told).allMatch(line -> line.text().getBytes(UTF_8).length <= Lines.LONGEST);
        }
    }

    @Test
    void whoGoesOnWhereALineSaysMissesNothing() throws Exception {
        byte[] out = "one\ntwo\n".getBytes(UTF_8);
        byte[] error = "error\n".getBytes(UTF_8);
        add(Output.Stream.STDOUT, out, 0, 6); // one\ntw
        add(Output.Stream.STDERR, error, 0, 6);
        add(Output.Stream.STDOUT, out, 6, 8);
        assertThat(told).extracting(Lines.Line::text).containsExactly("one\n", "error\n", "two\n");
        assertThat(told).extracting(Lines.Line::offset).containsExactly(0L, 6L, 4L);
        assertThat(told).extracting(Lines.Line::end).containsExactly(4L, 12L, 14L);
        assertThat(told).extracting(Lines.Line::next).containsExactly(4L, 4L, 14L);
    }

    @Test
    void whatIsNoUtf8IsToldAllTheSame() throws Exception {
        byte[] bytes = {'a', (byte) 0xff, (byte) 0xc3, '\n', (byte) 0xe2, (byte) 0x82};
        add(Output.Stream.STDERR, bytes, 0, bytes.length);
        lines.end();
        assertThat(told).extracting(Lines.Line::text).containsExactly("a\ufffd\ufffd\n", "\ufffd");
    }
}
