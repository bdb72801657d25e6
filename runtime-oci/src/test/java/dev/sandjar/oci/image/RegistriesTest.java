package dev.sandjar.oci.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistriesTest {
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
        Registries registries = Registries.parse("http://127.0.0.1:5000/", "");
        assertThat(registries.address(ImageReference.parse("python"))).isEqualTo(URI.create("http://127.0.0.1:5000"));
        assertThat(registries.address(ImageReference.parse("ghcr.io/a"))).isEqualTo(URI.create("https://ghcr.io"));
    }

    @Test
    void errorsSpeakOfAMirrorOnlyWhereOneWasAsked() {
        ImageReference python = ImageReference.parse("python");
        assertThat(Registries.name(python, Registries.ANY.address(python))).isEqualTo("docker.io");
        assertThat(Registries.name(python, URI.create("http://127.0.0.1:5000")))
                .isEqualTo("docker.io (through its mirror)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://mirror.example.com", "ftp://x", "mirror.example.com", "http://", "not an address"})
    void aMirrorWithoutEncryptionIsRefused(String mirror) {
        assertThatThrownBy(() -> Registries.parse(mirror, "")).hasMessageStartingWith("mirror is");
    }

    @Test
    void onlyImagesOfAllowedRegistriesAreTaken() {
        Registries registries = Registries.parse("", "docker.io, 127.0.0.1:5000");
        assertThatCode(() -> registries.check(ImageReference.parse("python"))).doesNotThrowAnyException();
        assertThatCode(() -> registries.check(ImageReference.parse("127.0.0.1:5000/a")))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> registries.check(ImageReference.parse("127.0.0.1:22/a")))
                .hasMessage("image is \"127.0.0.1:22/a:latest\", allowed: images of 127.0.0.1:5000, docker.io");
        assertThatThrownBy(() -> registries.check(ImageReference.parse("docker.io.example.com/a")))
                .hasMessageContaining("allowed: images of");
    }

    @Test
    void aStarOrNothingAllowsAny() {
        assertThat(Registries.parse("", "*")).isEqualTo(Registries.ANY);
        assertThat(Registries.parse("", "")).isEqualTo(Registries.ANY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://ghcr.io", "ghcr.io/org", "*.example.com", "a b"})
    void whatIsNoHostIsRefused(String host) {
        assertThatThrownBy(() -> Registries.parse("", host)).hasMessageStartingWith("registries is");
    }

    private static String address(String image) {
        return Registries.ANY.address(ImageReference.parse(image)).toString();
    }
}
