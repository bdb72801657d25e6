package dev.sandjar.oci.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.SandboxException;
import dev.sandjar.runtime.Deadline;
import dev.sandjar.testing.registry.TestImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Layers that try to write outside of their folder, and what honest ones need. */
class HostileLayerTest {
    private Path outer;
    private Path root;

    @BeforeEach
    void folder() throws IOException {
        outer = Files.createTempDirectory("layer");
        root = Files.createDirectory(outer.resolve("root"));
        Files.writeString(outer.resolve("secret"), "untouched");
    }

    @AfterEach
    void nothingOutsideWasTouched() throws IOException {
        try (var entries = Files.list(outer)) {
            assertThat(entries.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder("root", "secret");
        }
        assertThat(Files.readString(outer.resolve("secret"))).isEqualTo("untouched");
        Trees.remove(outer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../secret", "/../secret", "a/../../secret", "./../secret", "a/b/../../../secret", "..//secret"})
    void aNameThatClimbsOutStaysInside(String name) throws IOException {
        unpack(new TestImage.Layer().file(name, "stolen", 0_644));
        assertThat(root.resolve("secret")).hasContent("stolen");
    }

    @Test
    void anAbsoluteNameStaysInside() throws IOException {
        unpack(new TestImage.Layer().file(outer + "/secret", "stolen", 0_644));
        assertThat(root.resolve(outer.toString().substring(1)).resolve("secret"))
                .hasContent("stolen");
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "../", "/..", "./..", "x/../.."})
    void aLinkThatClimbsOutIsFollowedInsideOnly(String target) throws IOException {
        unpack(new TestImage.Layer().link("out", target).file("out/secret", "stolen", 0_644));
        assertThat(root.resolve("secret")).hasContent("stolen");
    }

    @Test
    void anAbsoluteLinkIsFollowedInsideOnly() throws IOException {
        unpack(new TestImage.Layer().link("out", outer.toString()).file("out/secret", "stolen", 0_644));
        assertThat(root.resolve(outer.toString().substring(1)).resolve("secret"))
                .hasContent("stolen");
    }

    @Test
    void aLinkInPlaceOfAFileIsReplacedAndNotWrittenThrough() throws IOException {
        unpack(new TestImage.Layer().link("file", "../secret").file("file", "stolen", 0_644));
        assertThat(root.resolve("file")).isRegularFile().hasContent("stolen");
    }

    @Test
    void aHardLinkToAFileOutsideIsRefused() {
        refuses(layer -> layer.hardLink("file", "../secret"));
    }

    @Test
    void aHardLinkToALinkThatLeadsOutIsRefused() {
        refuses(layer -> layer.link("link", "../secret").hardLink("file", "link"));
    }

    @Test
    void aHardLinkThroughALinkedFolderStaysInside() {
        refuses(layer -> layer.link("out", "..").hardLink("file", "out/secret"));
    }

    @Test
    void linksInCirclesAreRefused() {
        refuses(layer -> layer.link("a", "b").link("b", "a").file("a/x", "", 0_644));
    }

    @ParameterizedTest
    @ValueSource(strings = {".wh...", ".wh..", ".wh."})
    void aWhiteoutOfAFolderAboveIsRefused(String name) {
        refuses(layer -> layer.file(name, "", 0_644));
    }

    @Test
    void namesThatAreTooLongAreRefused() {
        refuses(layer -> layer.file("n".repeat(256), "", 0_644));
        refuses(layer -> layer.file("n/".repeat(3_000) + "x", "", 0_644));
    }

    @Test
    void devicesAreLeftOut() throws IOException {
        unpack(new TestImage.Layer().device("disk").file("file", "", 0_644));
        assertThat(root.resolve("disk")).doesNotExist();
        assertThat(root.resolve("file")).exists();
    }

    @ParameterizedTest
    @ValueSource(chars = {'L', 'K', 'x', 'g'})
    void headersThatMightNotFitIntoMemoryAreRefused(char kind) {
        byte[] text = extended("comment", "a".repeat(2 << 20)); // a long name as well
        assertThatThrownBy(
                        () -> unpack(new RawTar().entry(kind, text.length, text).entry('0', 0)))
                .isInstanceOf(HostileImageException.class)
                .hasMessageContaining("headers (long names, extended attributes) of more than 1048576 bytes");
    }

    @Test
    void headersForAllThatGrowAndGrowAreRefused() {
        var tar = new RawTar();
        for (int i = 0; i < 5; i++) {
            byte[] text = extended("key" + i, "a".repeat(300_000));
            tar.entry('g', text.length, text).entry('0', 0);
        }
        assertThatThrownBy(() -> unpack(tar)).hasMessageContaining("headers");
    }

    @ParameterizedTest
    @ValueSource(chars = {'L', 'K', 'x', 'g'})
    void anEndlessRowOfHeadersIsRefused(char kind) {
        var tar = new RawTar();
        for (int i = 0; i < 100_000; i++) {
            tar.entry(kind, 0);
        }
        assertThatThrownBy(() -> unpack(tar)).isInstanceOf(HostileImageException.class);
    }

    @Test
    void aFileWithHolesIsRefusedHoweverLargeItSaysItIs() {
        var old = new RawTar();
        byte[] header = RawTar.header('S', 0);
        RawTar.number(header, 386, 64 << 20); // one piece, at its end, of nothing
        RawTar.number(header, 483, 64 << 20);
        assertThatThrownBy(() -> unpack(old.block(RawTar.summed(header)))).hasMessageContaining("sparse");
        byte[] newer = extended("GNU.sparse.size", "" + (64 << 20));
        assertThatThrownBy(() ->
                        unpack(new RawTar().entry('x', newer.length, newer).entry('0', 0)))
                .hasMessageContaining("sparse");
    }

    @Test
    void aMapOfHolesThatMightNotFitIntoMemoryIsRefused() {
        byte[] kind = "22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n29 GNU.sparse.realsize=10000\n".getBytes(UTF_8);
        byte[] map = ("1000000\n" + "0\n0\n".repeat(1_000_000)).getBytes(UTF_8);
        assertThatThrownBy(
                        () -> unpack(new RawTar().entry('x', kind.length, kind).entry('0', map.length, map)))
                .hasMessageContaining("headers");
    }

    @Test
    void theDeadlineHoldsInTheMiddleOfAFile() throws IOException {
        byte[] head =
                new TestImage.Layer().file("large", new byte[1 << 20], 0_644).tar();
        var deadline = Deadline.in("create", Duration.ofMillis(50));
        var slow = new FilterInputStream(new ByteArrayInputStream(head)) {
            private long sent;

            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                while (sent > 4_096 && !deadline.passed()) {
                    Thread.onSpinWait();
                }
                int read = super.read(to, offset, Math.min(length, 4_096));
                sent += read;
                return read;
            }
        };
        assertThatThrownBy(() -> new LayerUnpacker(root, deadline).unpack(slow))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("unpacking an image");
        assertThat(Files.size(root.resolve("large"))).isLessThan(1 << 20);
    }

    @Test
    void noiseIsRefusedOrEmptyButHurtsNothing() throws IOException {
        var random = new Random(11);
        byte[] honest = new TestImage.Layer()
                .folder("a", 0_755)
                .file("a/b", "text", 0_644)
                .link("c", "a")
                .tar();
        for (int i = 0; i < 500; i++) {
            byte[] bytes = honest.clone();
            for (int n = random.nextInt(1, 20); n > 0; n--) {
                bytes[random.nextInt(2_048)] = (byte) random.nextInt();
            }
            try {
                new LayerUnpacker(root, soon()).unpack(new ByteArrayInputStream(bytes));
            } catch (IOException refused) {
                continue;
            }
        }
    }

    @Test
    void ownersModesLinksAndNamesAreKept() throws IOException {
        unpack(new TestImage.Layer()
                .folder("sub", 0_750)
                .ownedFile("sub/mine", "text", 1234, 1235)
                .ownedFile("far", "text", 4_000_000_000L, 1)
                .hardLink("other", "sub/mine")
                .link("soft", "/sub/mine")
                .link("ünlink", "zü")
                .file("name with ünicode", "u", 04_755));
        assertThat(Files.getAttribute(root.resolve("sub"), "unix:mode")).isEqualTo(0_40750);
        assertThat(Files.getAttribute(root.resolve("sub/mine"), "unix:uid")).isEqualTo(1234);
        assertThat(Files.getAttribute(root.resolve("sub/mine"), "unix:gid")).isEqualTo(1235);
        assertThat(Files.getAttribute(root.resolve("far"), "unix:uid")).isEqualTo(65_534);
        assertThat(Files.isSameFile(root.resolve("other"), root.resolve("sub/mine")))
                .isTrue();
        assertThat(Files.readSymbolicLink(root.resolve("soft"))).hasToString("/sub/mine");
        assertThat(Files.exists(LayerTree.child(root, "name with ünicode"), LinkOption.NOFOLLOW_LINKS))
                .isTrue();
        assertThat(Files.getAttribute(LayerTree.child(root, "name with ünicode"), "unix:mode"))
                .isEqualTo(0_104755);
        assertThat(Files.readSymbolicLink(LayerTree.child(root, "ünlink"))).isEqualTo(LayerTree.target("zü"));
    }

    private interface Steps {
        void add(TestImage.Layer layer) throws IOException;
    }

    private void refuses(Steps steps) {
        assertThatThrownBy(() -> {
                    var layer = new TestImage.Layer();
                    steps.add(layer);
                    unpack(layer);
                })
                .isInstanceOf(HostileImageException.class);
    }

    private void unpack(TestImage.Layer layer) throws IOException {
        new LayerUnpacker(root, soon()).unpack(new ByteArrayInputStream(layer.tar()));
    }

    private void unpack(RawTar tar) throws IOException {
        new LayerUnpacker(root, soon()).unpack(new ByteArrayInputStream(tar.bytes()));
    }

    /** A line of an extended header, which begins with its own length. */
    private static byte[] extended(String key, String value) {
        String rest = " " + key + "=" + value + "\n";
        int length = rest.length() + Integer.toString(rest.length()).length();
        length = rest.length() + Integer.toString(length).length();
        return (length + rest).getBytes(UTF_8);
    }

    /** An archive that no library would write. */
    private static final class RawTar {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        RawTar entry(char kind, int size, byte... content) {
            block(summed(header(kind, size)));
            return block(content);
        }

        RawTar block(byte[] content) {
            bytes.writeBytes(content);
            bytes.writeBytes(new byte[-content.length & 511]);
            return this;
        }

        byte[] bytes() {
            block(new byte[1_024]);
            return bytes.toByteArray();
        }

        static byte[] header(char kind, int size) {
            byte[] header = new byte[512];
            header[0] = 'n';
            header[156] = (byte) kind;
            number(header, 100, 0);
            number(header, 124, size);
            System.arraycopy("ustar  ".getBytes(UTF_8), 0, header, 257, 7);
            return header;
        }

        static void number(byte[] header, int at, int value) {
            byte[] octal = "%011o".formatted(value).getBytes(UTF_8);
            System.arraycopy(octal, at == 100 ? 4 : 0, header, at, at == 100 ? 7 : 11);
        }

        static byte[] summed(byte[] header) {
            java.util.Arrays.fill(header, 148, 156, (byte) ' ');
            int sum = 0;
            for (byte one : header) {
                sum += one & 0xff;
            }
            System.arraycopy("%06o".formatted(sum).getBytes(UTF_8), 0, header, 148, 6);
            header[154] = 0;
            return header;
        }
    }

    private static Deadline soon() {
        return Deadline.in("test", Duration.ofMinutes(1));
    }
}
