package dev.sandjar.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.Ending;
import dev.sandjar.ErrorCode;
import dev.sandjar.Output;
import dev.sandjar.SandboxException;
import dev.sandjar.Signal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameTest {
    private static final List<Frame> ALL = List.of(
            new Frame.Told(new Output.Chunk(Output.Stream.STDOUT, 0, bytes(1))),
            new Frame.Told(new Output.Chunk(Output.Stream.STDERR, Long.MAX_VALUE - 7, bytes(7))),
            new Frame.Told(new Output.Gap(3, 1L << 40)),
            new Frame.Ended(new Ending.Exited(255), 9),
            new Frame.Ended(new Ending.Killed(Signal.KILL), 0),
            new Frame.Ended(new Ending.TimedOut(Duration.ofHours(8)), 1),
            new Frame.Ended(new Ending.OutOfMemory(), 2),
            new Frame.Ended(new Ending.Lost(5), 5),
            new Frame.Data(bytes(3)),
            new Frame.End(),
            new Frame.Event(Json.object().put("progress", "é")),
            new Frame.Heartbeat(),
            new Frame.Taken(77),
            new Frame.LetGo());

    @Test
    void everyFrameIsReadAsItWasWritten() throws Exception {
        var all = new ByteArrayOutputStream();
        ALL.forEach(frame -> all.writeBytes(FrameWriter.bytes(frame)));
        var reader = new FrameReader(new ByteArrayInputStream(all.toByteArray()));
        for (Frame frame : ALL) {
            assertThat(reader.read()).isEqualTo(frame);
        }
        assertThatThrownBy(reader::read).isInstanceOf(EOFException.class);
    }

    @Test
    void anErrorKeepsItsCodeItsMessageAndItsRemedy() throws Exception {
        var why = new SandboxException(ErrorCode.DISK_FULL, "file a: no space", "remove files", null);
        var read = new FrameReader(new ByteArrayInputStream(FrameWriter.bytes(new Frame.Failed(why)))).read();
        assertThat(read).isInstanceOfSatisfying(Frame.Failed.class, failed -> {
            assertThat(failed.why().code()).isEqualTo(ErrorCode.DISK_FULL);
            assertThat(failed.why()).hasMessage("file a: no space");
            assertThat(failed.why().remedy()).isEqualTo("remove files");
        });
    }

    @Test
    void everyCutIsToldAsOne() {
        for (Frame frame : ALL) {
            byte[] whole = FrameWriter.bytes(frame);
            for (int cut = 0; cut < whole.length; cut++) {
                var reader = new FrameReader(new ByteArrayInputStream(Arrays.copyOf(whole, cut)));
                assertThatThrownBy(reader::read).as(frame + " cut at " + cut).isInstanceOf(EOFException.class);
            }
        }
    }

    @Test
    void aLargeFrameOfDataIsReadInPieces() throws Exception {
        byte[] content = new byte[Frame.LARGEST];
        new Random(1).nextBytes(content);
        var all = new ByteArrayOutputStream();
        all.writeBytes(FrameWriter.bytes(new Frame.Data(ByteBuffer.wrap(content))));
        all.writeBytes(FrameWriter.bytes(new Frame.End()));
        var reader = new FrameReader(new ByteArrayInputStream(all.toByteArray()));
        var read = new ByteArrayOutputStream();
        Frame frame = reader.read();
        for (; frame instanceof Frame.Data(ByteBuffer bytes); frame = reader.read()) {
            assertThat(bytes.remaining()).isLessThanOrEqualTo(32 * 1024);
            byte[] piece = new byte[bytes.remaining()];
            bytes.get(piece);
            read.writeBytes(piece);
        }
        assertThat(read.toByteArray()).isEqualTo(content);
        assertThat(frame).isEqualTo(new Frame.End());
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void randomBytesAreFramesOrAnErrorAndNothingElse(long seed) throws Exception {
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] noise = new byte[random.nextInt(64)];
            random.nextBytes(noise);
            if (noise.length > 4) {
                noise[0] = (byte) random.nextInt(13);
                noise[1] = noise[2] = noise[3] = 0;
            }
            readAll(new ByteArrayInputStream(noise));
        }
    }

    private static void readAll(InputStream in) throws IOException {
        var reader = new FrameReader(in);
        try {
            while (true) {
                reader.read();
            }
        } catch (EOFException | MalformedFrameException expected) {
            // anything else fails the test
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(textBlock = """
            a type that is unknown,              0c 00000000
            longer than the bound,               05 00100001
            output without a byte,               01 00000008 0000000000000000
            output at a negative offset,         01 00000009 8000000000000000 61
            a gap of nothing,                    03 00000010 0000000000000001 0000000000000001
            an exit code that cannot be,         04 00000011 01 0000000000000100 0000000000000000
            an ending that is unknown,           04 00000011 09 0000000000000000 0000000000000000
            data without a byte,                 05 00000000
            an end with something behind it,     06 00000001 00
            an event that is no JSON,            07 00000001 7b
            an error without a code,             08 00000002 7b7d
            """)
    void whatBreaksARuleIsRefused(String what, String hex) {
        byte[] frame = HexFormat.of().parseHex(hex.replace(" ", ""));
        assertThatThrownBy(() -> new FrameReader(new ByteArrayInputStream(frame)).read())
                .isInstanceOf(MalformedFrameException.class);
    }

    private static ByteBuffer bytes(int count) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) 'x');
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }
}
