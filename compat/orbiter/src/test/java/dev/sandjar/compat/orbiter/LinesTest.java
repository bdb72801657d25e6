package dev.sandjar.compat.orbiter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinesTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            nullValues = "-",
            value = {
                "lines come whole          | a,b;c;      | ab c | 0",
                "an empty line is one      | ;x;         | _ x  | 0",
                "a line without end is none | abc        | -    | 0",
                "as long as it may be      | abcde;x;    | abcde x | 0",
                "one that is too long goes | abcdef;x;   | x    | 1",
                "over several pieces       | abc,def,ghi;x; | x | 1",
                "two of them               | abcdef;abcdefg;x; | x | 2",
            })
    void linesAreCutOutOfPieces(String what, String pieces, String lines, int tooLong) {
        var seen = new ArrayList<String>();
        var passedOver = new ArrayList<String>();
        var cutter = new Lines(
                5,
                line -> seen.add(line.length == 0 ? "_" : new String(line, StandardCharsets.UTF_8)),
                () -> passedOver.add(what));
        for (String piece : pieces.split(",")) {
            cutter.feed(ByteBuffer.wrap(piece.replace(';', '\n').getBytes(StandardCharsets.UTF_8)));
        }
        assertThat(seen).isEqualTo(lines == null ? List.of() : List.of(lines.split(" ")));
        assertThat(passedOver).hasSize(tooLong);
    }
}
