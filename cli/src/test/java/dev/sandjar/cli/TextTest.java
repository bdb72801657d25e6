package dev.sandjar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTest {
    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', textBlock = """
            a-b/c.d=1, a-b/c.d=1
            two words, 'two words'
            it's,      'it'\\''s'
            "",        ''
            *,         '*'
            """)
    void aWordIsQuotedWhereAShellNeedsIt(String word, String shown) {
        assertThat(Text.word(word)).isEqualTo(shown);
    }

    @Test
    void nothingThatSteersATerminalGetsThrough() {
        assertThat(Text.safe("\u001b[2Jred\u009b31m\u0007\r\n\t\u007f")).isEqualTo("?[2Jred?31m?????");
        assertThat(Text.safe("a\u202eb\u2066c\u200bd\u2028e\ue000f")).isEqualTo("a?b?c?d?e?f");
        assertThat(Text.safe("half a pair \ud800 here")).isEqualTo("half a pair ? here");
    }

    @Test
    void ordinaryTextOfAllLanguagesStays() {
        assertThat(Text.safe("Grüße, 世界, مرحبا, 🙂 {\"a\": 'b'}")).isEqualTo("Grüße, 世界, مرحبا, 🙂 {\"a\": 'b'}");
    }

    @ParameterizedTest
    @CsvSource({
        "PT-5S, 0s",
        "PT0S, 0s",
        "PT119S, 119s",
        "PT2M, 2m",
        "PT119M, 119m",
        "PT2H, 2h0m",
        "PT7H59M59S, 7h59m",
        "PT24H, 24h",
        "PT100H, 100h"
    })
    void durationsAreShort(Duration duration, String text) {
        assertThat(Text.duration(duration)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 B", "1023, 1023 B", "1024, 1.0 KiB", "1572864, 1.5 MiB", "17592186044416, 16.0 TiB"})
    void sizesAreShort(long bytes, String text) {
        assertThat(Text.bytes(bytes)).isEqualTo(text);
    }

    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        assertThat(Text.table(List.of(List.of("ID", "STATE"), List.of("3fa8", "running"), List.of("7", ""))))
                .isEqualTo("""
                        ID    STATE
                        3fa8  running
                        7
                        """);
    }
}
