package dev.sandjar.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.ErrorCode;
import dev.sandjar.ImageInfo;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;
import dev.sandjar.oci.image.Aliases;
import dev.sandjar.oci.image.Registries;
import dev.sandjar.testing.registry.TestImage;
import dev.sandjar.testing.registry.TestRegistry;
import dev.sandjar.testing.registry.WithRegistry;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Images of a real registry on loopback, in real sandboxes. */
@WithRegistry
@ExtendWith(NothingLeft.class)
class RegistryImagesTest {
    private final List<String> pulled = new ArrayList<>();

    @AfterEach
    void noImageIsLeft() throws Exception {
        for (ImageInfo image : TestHome.runtime().images().list()) {
            if (!image.reference().equals("host")) {
                TestHome.runtime().images().remove(image.reference());
            }
        }
        try (var layers = Files.list(TestHome.FOLDER.resolve("images/layers"))) {
            assertThat(layers).isEmpty();
        }
    }

    @Test
    void commandsRunInAnImage(TestRegistry registry) throws Exception {
        String image = TestImage.busybox().push(registry, "plain", "1");
        try (Shell shell = Shell.in(SandboxSpec.of(image))) {
            assertThat(shell.output(
                            "id -u; pwd; echo $HOME $USER; echo text > file; cat file; ls /usr 2>&1; touch /x 2>&1"))
                    .isEqualTo("""
                            1000
                            /workspace
                            /home/sandbox sandbox
                            text
                            ls: /usr: No such file or directory
                            touch: /x: Permission denied
                            """);
            assertThat(shell.output("id -un; stat -c '%u %g %a' /bin/busybox /tmp /; cat /etc/hosts"))
                    .isEqualTo("""
                            sandbox
                            0 0 755
                            0 0 1777
                            0 0 755
                            127.0.0.1 localhost sandbox
                            ::1 localhost
                            """);
        }
    }

    @Test
    void laterLayersHideAndReplace(TestRegistry registry) throws Exception {
        String image = TestImage.busybox()
                .with(new TestImage.Layer()
                        .folder("data", 0_755)
                        .file("data/gone", "1", 0_644)
                        .file("data/kept", "1", 0_644)
                        .file("data/new", "1", 0_644)
                        .folder("closed", 0_755)
                        .file("closed/gone", "1", 0_644)
                        .hardLink("data/same", "data/kept"))
                .with(new TestImage.Layer()
                        .whiteout("data", "gone")
                        .file("data/new", "2", 0_644)
                        .folder("closed", 0_755)
                        .opaque("closed")
                        .file("closed/only", "2", 0_644))
                .push(registry, "layers", "1");
        try (Shell shell = Shell.in(SandboxSpec.of(image))) {
            assertThat(shell.output("cd /data; ls; cat kept new same; ls /closed"))
                    .isEqualTo("kept\nnew\nsame\n121only\n");
        }
    }

    @Test
    void whatOneSandboxWritesTheNextDoesNotSee(TestRegistry registry) throws Exception {
        String image = TestImage.busybox().push(registry, "plain", "1");
        var asRoot = SandboxSpec.builder().image(image).user("root").build();
        try (Shell one = Shell.in(asRoot);
                Shell other = Shell.in(asRoot)) {
            assertThat(one.output("echo changed > /bin/new; rm /bin/wc; echo x >> /etc/passwd; ls /bin/new"))
                    .isEqualTo("/bin/new\n");
            assertThat(other.output("ls /bin/new /bin/wc 2>&1; wc -l < /etc/passwd"))
                    .isEqualTo("ls: /bin/new: No such file or directory\n/bin/wc\n2\n");
        }
    }

    @Test
    void anImagesOwnSettingsAreDefaults(TestRegistry registry) throws Exception {
        String image = TestImage.busybox()
                .with(new TestImage.Layer().folder("work", 0_777))
                .configured(
                        "{\"Env\":[\"COLOUR=red\",\"SHAPE=round\",\"PATH=/bin\"],\"WorkingDir\":\"/work\",\"User\":\"worker\"}")
                .push(registry, "settings", "1");
        try (Shell shell = Shell.in(SandboxSpec.of(image))) {
            assertThat(shell.output("echo $COLOUR $SHAPE $PATH $HOME; id -u; id -g; pwd; touch mine && echo written"))
                    .isEqualTo("red round /bin /work\n1234\n1235\n/work\nwritten\n");
        }
        var spec = SandboxSpec.builder()
                .image(image)
                .user("7:8")
                .cwd("/tmp")
                .env(java.util.Map.of("COLOUR", "blue"))
                .build();
        try (Shell shell = Shell.in(spec)) {
            assertThat(shell.output("echo $COLOUR $SHAPE; id -u; id -g; pwd")).isEqualTo("blue round\n7\n8\n/tmp\n");
        }
    }

    @Test
    void anImageThatWantsRootGetsAnOrdinaryUser(TestRegistry registry) throws Exception {
        String image = TestImage.busybox().configured("{\"User\":\"0:0\"}").push(registry, "rooted", "1");
        try (Shell shell = Shell.in(SandboxSpec.of(image))) {
            assertThat(shell.output("id -u")).isEqualTo("1000\n");
        }
    }

    @Test
    void aDiskLimitHoldsForImagesToo(TestRegistry registry) throws Exception {
        String image = TestImage.busybox().push(registry, "plain", "1");
        try (Shell shell =
                Shell.in(SandboxSpec.builder().image(image).disk(16 << 20).build())) {
            assertThat(shell.output("dd if=/dev/zero of=big bs=1M count=30 2>&1"))
                    .contains("No space left on device");
        }
    }

    @Test
    void aSandboxKeepsAnImageThatIsRemoved(TestRegistry registry) throws Exception {
        String image = TestImage.busybox().push(registry, "plain", "1");
        try (Shell shell = Shell.in(SandboxSpec.of(image))) {
            TestHome.runtime().images().remove(image);
            assertThat(TestHome.runtime().images().list())
                    .extracting(ImageInfo::reference)
                    .containsExactly("host");
            assertThat(shell.output("wc -l < /etc/passwd")).isEqualTo("3\n");
        }
        TestHome.runtime().inventory(Shell.soon()); // takes its layers away
    }

    @Test
    void aLayerThatTwoImagesShareIsFetchedOnce(TestRegistry registry) throws Exception {
        var images = TestHome.runtime().images();
        images.pull(TestImage.busybox().push(registry, "one", "1"), pulled::add);
        images.pull(
                TestImage.busybox()
                        .with(new TestImage.Layer().file("x", "", 0_644))
                        .push(registry, "two", "1"),
                pulled::add);
        assertThat(pulled)
                .anyMatch(line -> line.startsWith("layer 1 of 1: fetching"))
                .contains("layer 1 of 2: is here");
        assertThat(images.list())
                .hasSize(3)
                .allMatch(image -> image.reference().equals("host") || image.size() > 1_000_000);
    }

    @Test
    void theMirrorAndTheAliasesAreUsed(TestRegistry registry) throws Exception {
        TestImage.busybox().push(registry, "library/small", "1");
        var runtime = OciRuntime.open(new Options(
                TestHome.FOLDER,
                Registries.parse("http://" + registry.address(), ""),
                Aliases.parse("tiny=small:1,python:3.11=host"),
                Optional.empty(),
                WorkLimits.DEFAULT));
        assertThat(runtime.images().pull("tiny", _ -> {}).reference()).isEqualTo("docker.io/library/small:1");
        try (Shell shell = Shell.in(runtime, SandboxSpec.of("python:3.11"))) {
            assertThat(shell.python("print(40 + 2)")).isEqualTo("42\n");
        }
    }

    @Test
    void anImageForThisProcessorIsChosenFromAList(TestRegistry registry) throws Exception {
        String single = TestImage.busybox().push(registry, "many", "single");
        ImageInfo info = TestHome.runtime().images().pull(single, _ -> {});
        String architecture = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        String list = "application/vnd.docker.distribution.manifest.list.v2+json";
        String entry =
                "{\"mediaType\":\"application/vnd.docker.distribution.manifest.v2+json\",\"size\":1,\"digest\":\"%s\",\"platform\":{\"os\":\"linux\",\"architecture\":\"%s\"}}";
        registry.pushManifest(
                "many",
                "list",
                list,
                "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s]}"
                        .formatted(list, entry.formatted(info.digest(), architecture)));
        registry.pushManifest(
                "many",
                "other",
                list,
                "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s]}"
                        .formatted(list, entry.formatted(info.digest(), "s390x")));
        assertThat(TestHome.runtime()
                        .images()
                        .pull(registry.address() + "/many:list", _ -> {})
                        .digest())
                .isEqualTo(info.digest());
        refuses(
                registry.address() + "/many:other",
                ErrorCode.IMAGE_INVALID,
                "it is not made for linux/" + architecture);
    }

    @Test
    void anUnknownImageIsNamedWithItsRegistry(TestRegistry registry) {
        refuses(
                registry.address() + "/no/such:1",
                ErrorCode.IMAGE_NOT_FOUND,
                "image " + registry.address() + "/no/such:1 is not in registry " + registry.address() + " (404)");
    }

    @Test
    void aRegistryThatDoesNotAnswerIsNamedAndWhy() {
        refuses(
                "127.0.0.1:1/x",
                ErrorCode.REGISTRY_UNAVAILABLE,
                "registry 127.0.0.1:1 does not answer: no connection can be made to it");
        refuses(
                "registry.invalid/x",
                ErrorCode.REGISTRY_UNAVAILABLE,
                "registry registry.invalid does not answer: its name is not known here");
    }

    @Test
    void aDamagedLayerIsRefused(TestRegistry registry) throws Exception {
        var made = TestImage.busybox().with(new TestImage.Layer().file("file", "honest", 0_644));
        String image = made.push(registry, "damaged", "1");
        var blob = registry.blobFile(made.sentDigest(1));
        byte[] bytes = Files.readAllBytes(blob);
        bytes[bytes.length / 2] ^= 1;
        Files.write(blob, bytes);
        refuses(image, ErrorCode.IMAGE_INVALID, "what the registry sent is not what its digest");
        assertThat(TestHome.runtime().images().list()).hasSize(1);
        TestHome.runtime().inventory(Shell.soon()); // takes the good layer away
    }

    @Test
    void aLayerThatIsNoArchiveIsRefused(TestRegistry registry) throws Exception {
        byte[] noise = new byte[4_096];
        new java.util.Random(5).nextBytes(noise);
        String image = TestImage.busybox().withTar(noise).push(registry, "noise", "1");
        refuses(image, ErrorCode.IMAGE_INVALID, "cannot be used: a layer");
        TestHome.runtime().inventory(Shell.soon());
    }

    @Test
    void aLayerWithANameThatNoFileCanHaveIsRefused(TestRegistry registry) throws Exception {
        String image = TestImage.busybox()
                .with(new TestImage.Layer().file("ü".repeat(200), "", 0_644)) // 400 bytes
                .push(registry, "long", "1");
        refuses(image, ErrorCode.IMAGE_INVALID, "a layer has a name that no file can have");
        TestHome.runtime().inventory(Shell.soon());
    }

    @Test
    void aLayerThatUnpacksToSomethingElseIsRefused(TestRegistry registry) throws Exception {
        var honest = new TestImage.Layer().file("file", "honest", 0_644);
        String image = TestImage.busybox()
                .with(honest)
                .saying("sha256:" + "0".repeat(64))
                .push(registry, "liar", "1");
        refuses(image, ErrorCode.IMAGE_INVALID, "a layer is not what the image's configuration says");
        TestHome.runtime().inventory(Shell.soon());
    }

    private static void refuses(String image, ErrorCode code, String words) {
        assertThatThrownBy(() -> TestHome.runtime().images().pull(image, _ -> {}))
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(words);
        assertThatThrownBy(() -> Shell.in(SandboxSpec.of(image)))
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(words);
    }
}
