package dev.sandjar.tools;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.Output;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeadAndTailTest {
    private long offset;

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = false, textBlock = """
            all that fits is whole     |0123456789|0123456789
            one more leaves one out    |0123456789A|01234~1~6789A
            most is left out           |0123456789ABCDEFGHIJ|01234~10~FGHIJ
            no character is halved     |0123é56789é2345|0123~9~2345
            not one of four bytes      |012😀456789😀xy|012~14~xy
            """)
    void shows(String what, String written, String shown) {
        var output = new HeadAndTail(10);
        output.accept(chunk(written.getBytes(UTF_8)));
        assertThat(output.text()).isEqualTo(shown.replaceFirst("~(\\d+)~", "\n[... $1 bytes omitted ...]\n"));
    }

    /** Whatever the pieces are that output comes in, the same is shown. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void piecesDoNotMatter(long seed) {
        var random = new Random(seed);
        byte[] written = new byte[random.nextInt(400)];
        for (int i = 0; i < written.length; i++) {
            written[i] = (byte) ('a' + random.nextInt(26));
        }
        var whole = new HeadAndTail(64);
        whole.accept(chunk(written));
        var pieces = new HeadAndTail(64);
        for (int at = 0; at < written.length; ) {
            int length = Math.min(written.length - at, 1 + random.nextInt(90));
            pieces.accept(chunk(new String(written, at, length, ISO_8859_1).getBytes(ISO_8859_1)));
            at += length;
        }
        assertThat(pieces.text()).isEqualTo(whole.text());
    }

    @Test
    void moreBytesThanAnIntCountsAreCounted() {
        var output = new HeadAndTail(20);
        byte[] piece = new byte[1 << 20];
        java.util.Arrays.fill(piece, (byte) 'x');
        for (int i = 0; i < 3 * 1024; i++) {
            output.accept(chunk(piece));
        }
        output.accept(chunk("the end".getBytes(UTF_8)));
        assertThat(output.text()).isEqualTo("xxxxxxxxxx\n[... 3,221,225,459 bytes omitted ...]\nxxxthe end");
    }

    @Test
    void whatIsNoTextIsReplaced() {
        var output = new HeadAndTail(100);
        output.accept(chunk(new byte[] {'a', (byte) 0xFF, 0, 'b'}));
        assertThat(output.text()).isEqualTo("a\uFFFD\uFFFDb");
    }

    @Test
    void aCharacterOverTwoChunksIsWhole() {
        var output = new HeadAndTail(100);
        byte[] euro = "€".getBytes(UTF_8);
        output.accept(chunk(new byte[] {euro[0]}));
        output.accept(chunk(new byte[] {euro[1], euro[2]}));
        assertThat(output.text()).isEqualTo("€");
    }

    @Test
    void whatTheJournalForgotIsTold() {
        var output = new HeadAndTail(100);
        output.accept(chunk("before".getBytes(UTF_8)));
        output.accept(new Output.Gap(6, 5_000_006));
        output.accept(chunk("after".getBytes(UTF_8)));
        assertThat(output.text()).isEqualTo("before\n[... 5,000,000 bytes lost ...]\nafter");
    }

    private Output chunk(byte[] bytes) {
        long at = offset;
        offset += bytes.length;
        return new Output.Chunk(Output.Stream.STDOUT, at, ByteBuffer.wrap(bytes).asReadOnlyBuffer());
    }
}
