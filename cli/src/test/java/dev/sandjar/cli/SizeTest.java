package dev.sandjar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class SizeTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(textBlock = """
            1000000, 1000000
            0,       0
            512M,    536870912
            512m,    536870912
            2GiB,    2147483648
            2GB,     2147483648
            1.5K,    1536
            16T,     17592186044416
            7B,      7
            """)
    void isReadAsPeopleWriteIt(String text, long bytes) {
        assertThat(new Size.Converter().convert(text)).isEqualTo(new Size(bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "M", "-1", "1X", "1.M", "1e9", "0x10", "1 000", "9999999999999999", "999999999999999T"})
    void everythingElseIsRefused(String text) {
        assertThatThrownBy(() -> new Size.Converter().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("size is \"" + text + "\", allowed: ");
    }
}
