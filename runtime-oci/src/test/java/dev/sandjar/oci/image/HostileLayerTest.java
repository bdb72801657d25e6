package dev.sandjar.oci.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.runtime.Deadline;
import dev.sandjar.testing.registry.TestImage;
import java.io.ByteArrayInputStream;
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

    private static Deadline soon() {
        return Deadline.in("test", Duration.ofMinutes(1));
    }
}
