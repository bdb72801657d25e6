package dev.sandjar.oci.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageReferenceTest {
    private static final String SHA = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
    python                            | docker.io/library/python:latest
    python:3.11                       | docker.io/library/python:3.11
    docker.io/python                  | docker.io/library/python:latest
    index.docker.io/library/python    | docker.io/library/python:latest
    bitnami/redis:7.0-debian          | docker.io/bitnami/redis:7.0-debian
    ghcr.io/org/deep/name:v1          | ghcr.io/org/deep/name:v1
    localhost/x                       | localhost/x:latest
    localhost:5000/x:1                | localhost:5000/x:1
    127.0.0.1:1/no/such:image         | 127.0.0.1:1/no/such:image
    [::1]:5000/x                      | [::1]:5000/x:latest
    a__b/c-d.e:T_1                    | docker.io/a__b/c-d.e:T_1
    """)
    void isRead(String text, String whole) {
        assertThat(ImageReference.parse(text)).hasToString(whole);
        assertThat(ImageReference.parse(whole)).hasToString(whole);
    }

    @Test
    void aDigestWinsOverTheTag() {
        assertThat(ImageReference.parse("python:3.11@" + SHA)).hasToString("docker.io/library/python@" + SHA);
        assertThat(ImageReference.parse("python:3.11@" + SHA).version()).isEqualTo(SHA);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "/",
                "Python",
                "python:",
                "python:3.11:4",
                "a//b",
                "/a",
                "a/",
                "../etc",
                "a/../b",
                "a b",
                "a\nb",
                "a:-x",
                "http://x/y",
                "x.y/",
                "x.y:port/z",
                "python@sha256:12",
                "python@md5:00",
                "a@b@c",
                "ä/b",
                "a..b/c",
                "-a",
                "_a",
                "a:" + "t%00"
            })
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> ImageReference.parse(text))
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
                .hasMessageContaining("allowed: [registry/]repository[:tag]");
    }

    @Test
    void aRegistryIsReachedByHttpsAndOnLoopbackByHttp() {
        assertThat(address("python")).isEqualTo("https://registry-1.docker.io");
        assertThat(address("ghcr.io/a/b")).isEqualTo("https://ghcr.io");
        assertThat(address("localhost:5000/a")).isEqualTo("http://localhost:5000");
        assertThat(address("127.0.0.1:5000/a")).isEqualTo("http://127.0.0.1:5000");
        assertThat(address("127.0.0.1.example.com/a")).isEqualTo("https://127.0.0.1.example.com");
    }

    @Test
    void aMirrorStandsForDockerHubOnly() {
        var mirror = Optional.of("http://127.0.0.1:5000/");
        assertThat(Registry.address(ImageReference.parse("python"), mirror))
                .isEqualTo(URI.create("http://127.0.0.1:5000"));
        assertThat(Registry.address(ImageReference.parse("ghcr.io/a"), mirror))
                .isEqualTo(URI.create("https://ghcr.io"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://mirror.example.com", "ftp://x", "mirror.example.com", "http://", "not an address"})
    void aMirrorWithoutEncryptionIsRefused(String mirror) {
        assertThatThrownBy(() -> Registry.mirror(mirror)).hasMessageStartingWith("mirror is");
    }

    private static String address(String image) {
        return Registry.address(ImageReference.parse(image), Optional.empty()).toString();
    }
}
