package dev.sandjar.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.SandboxException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PageTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # what                                 | file          | from | count | shown
            a whole file                           | one~two~      | 1    | 99    | lines 1 to 2 of f, its end~one~two~
            a last line without an end             | one~two       | 1    | 99    | lines 1 to 2 of f, its end~one~two
            one line                               | one~two~three | 2    | 1     | lines 2 to 2 of f; read on from line 3~two~
            the last line, asked for by number     | one~two~three | 3    | 1     | lines 3 to 3 of f, its end~three
            no more than fits, in whole lines      | 1234~1234~123~| 1    | 99    | lines 1 to 2 of f; read on from line 3~1234~1234~
            the rest of it                         | 1234~1234~123~| 3    | 99    | lines 3 to 3 of f, its end~123~
            lines that fit to the last byte        | 12345~12345~1 | 1    | 99    | lines 1 to 2 of f; read on from line 3~12345~12345~
            a line that is too long                | 1~1234567890abc| 2   | 99    | the beginning of line 2 of f, which is longer than is shown; use sandbox_run_command for the rest, such as cut -c~1234567890ab
            empty lines                            | ~~~           | 1    | 99    | lines 1 to 3 of f, its end~~~~
            beyond the end                         | one~two       | 3    | 99    | error: fromLine is 3, but f ends with line 2
            just beyond the end                    | one~two~      | 3    | 99    | error: fromLine is 3, but f ends with line 2
            """)
    void shows(String what, String file, int from, int count, String shown) {
        assertThat(page(file.replace('~', '\n'), from, count)).isEqualTo(shown.replace('~', '\n'));
    }

    @Test
    void anEmptyFileIsTold() {
        assertThat(page("", 1, 99)).isEqualTo("empty: f");
    }

    @Test
    void aLineTooFarInIsRefused() {
        var page = new Page("f", 2, 1, 12);
        assertThatThrownBy(() -> {
                    while (page.takes('x')) {}
                })
                .isInstanceOf(SandboxException.class)
                .hasMessage("line 2 of f is farther in than 67108864 bytes");
    }

    private static String page(String file, int from, int count) {
        var page = new Page("f", from, count, 12);
        for (byte next : file.getBytes(StandardCharsets.UTF_8)) {
            if (!page.takes(next)) {
                return page.text(false);
            }
        }
        return page.text(true);
    }
}
