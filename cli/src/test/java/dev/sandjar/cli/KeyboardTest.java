package dev.sandjar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is typed while a terminal answers. */
class KeyboardTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            # what                     | heard (^ is ESC, ~ is BEL)   | typed
            only keys                  | "ls é\t"                     | "ls é\t"
            what it is                 | a^[?1;2cb^[0n                | ab
            a colour, up to BEL        | a^]11;rgb:0000/0000/0000~b   | ab
            the same, up to ESC \\     | a^]11;rgb:0/0/0^\\b           | ab
            a setting                  | a^P1$r0m^\\b                 | ab
            a mouse of old             | a^[M !!b                     | ab
            one that is cut            | a^[?1;                       | a
            one that is cut by another | a^[1^[0nb                    | ab
            """)
    void answersAreTakenOutOfWhatIsTyped(String what, String heard, String typed) {
        byte[] bytes = heard.replace('^', '\u001b').replace('~', '\u0007').getBytes(StandardCharsets.UTF_8);
        assertThat(new String(Keyboard.withoutAnswers(bytes), StandardCharsets.UTF_8))
                .isEqualTo(typed);
    }
}
