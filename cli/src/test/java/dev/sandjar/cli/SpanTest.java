package dev.sandjar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class SpanTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource({"90, PT1M30S", "90s, PT1M30S", "15m, PT15M", "8h, PT8H", "8H, PT8H"})
    void isReadAsPeopleWriteIt(String text, Duration duration) {
        assertThat(new Span.Converter().convert(text)).isEqualTo(new Span(duration));
    }

    @ParameterizedTest
    @CsvSource({"PT0S, 0s", "PT60S, 60s", "PT90S, 90s", "PT2M, 2m", "PT1H, 1h", "PT9H, 9h", "PT61M, 61m"})
    void isWrittenWithTheLargestUnitThatFits(Duration duration, String text) {
        assertThat(new Span(duration)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "-1s", "1d", "1h30m", "1.5h", "9999999999"})
    void everythingElseIsRefused(String text) {
        assertThatThrownBy(() -> new Span.Converter().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessage("time is \"" + text + "\", allowed: a number and s, m or h");
    }
}
