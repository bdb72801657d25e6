package dev.sandjar.oci.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
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
}
