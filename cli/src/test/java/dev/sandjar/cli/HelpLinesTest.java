package dev.sandjar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HelpLinesTest {
    @Test
    void aLineIsBrokenBetweenWordsAndGoesOnInItsColumn() {
        assertThat(HelpLines.broken("  --place=PLACE  Such as local:?home=/srv/sandjar, or a server.\n", 40))
                .isEqualTo("""
                  --place=PLACE  Such as
                                 local:?home=/srv/sandjar,
                                 or a server.
                """);
    }

    @Test
    void aWordThatIsTooLongStandsAlone() {
        assertThat(HelpLines.broken("see /a/very/long/path now\n", 10)).isEqualTo("see\n/a/very/long/path\nnow\n");
    }

    @Test
    void coloursTakeNoRoom() {
        String line = "  \u001b[33m-q\u001b[39m\u001b[0m  only ids\n";
        assertThat(HelpLines.broken(line, 14)).isEqualTo(line);
    }
}
