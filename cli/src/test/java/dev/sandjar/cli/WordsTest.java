package dev.sandjar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** How numbers and texts are read from people and shown to them. */
class WordsTest {
    @ParameterizedTest
    @CsvSource({"1000, 1000", "512M, 536870912", "2g, 2147483648", "1KiB, 1024", "3 GB, 3221225472", "1T, 1099511627776"
    })
    void sizesAreRead(String text, long bytes) {
        assertThat(new Size.Converter().convert(text)).isEqualTo(new Size(bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1.5G", "5X", "G", "99999999999999999999"})
    void whatIsNoSizeIsRefused(String text) {
        assertThatThrownBy(() -> new Size.Converter().convert(text)).isInstanceOf(TypeConversionException.class);
    }

    @ParameterizedTest
    @CsvSource({"90, 90", "90s, 90", "15m, 900", "8h, 28800"})
    void timesAreRead(String text, long seconds) {
        assertThat(new Span.Converter().convert(text)).isEqualTo(new Span(Duration.ofSeconds(seconds)));
    }

    @ParameterizedTest
    @CsvSource({"0, 0 B", "1023, 1023 B", "1536, 1.5 KiB", "1073741824, 1.0 GiB"})
    void bytesAreShown(long bytes, String text) {
        assertThat(Text.bytes(bytes)).isEqualTo(text);
    }

    @Test
    void whatOthersWroteCannotSteerTheTerminal() {
        assertThat(Text.safe("a\u001b[2Jb\u0007\r\n")).isEqualTo("a?[2Jb???");
    }

    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        assertThat(Text.table(List.of(List.of("A", "B"), List.of("long", "x")))).isEqualTo("A     B\nlong  x\n");
    }
}
