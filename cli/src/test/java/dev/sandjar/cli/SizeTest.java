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
            2Gi,     2147483648
            1.5K,    1536
            16T,     17592186044416
            7B,      7
            """)
    void isReadAsPeopleWriteIt(String text, long bytes) {
        assertThat(new Size.Converter().convert(text)).isEqualTo(new Size(bytes));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1000, 1000",
        "1024, 1K",
        "16777216, 16M",
        "1610612736, 1536M",
        "17592186044416, 16T",
        "4503599627370496, 4096T"
    })
    void isWrittenWithTheLargestUnitThatFits(long bytes, String text) {
        assertThat(new Size(bytes)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "M", "-1", "1X", "1.M", "1e9", "0x10", "1 000", "9999999999999999", "999999999999999T"})
    void everythingElseIsRefused(String text) {
        assertThatThrownBy(() -> new Size.Converter().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("size is \"" + text + "\", allowed: ");
    }
}
