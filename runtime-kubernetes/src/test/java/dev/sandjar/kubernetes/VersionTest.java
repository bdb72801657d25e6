package dev.sandjar.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VersionTest {
    @ParameterizedTest
    @CsvSource({
        "v1.20.2, true",
        "v1.30.9-eks-1, true",
        "v1.31.0, false",
        "v1.33.1+k3s1, false",
        "v2.0.0, false",
        "'', false"
    })
    void isOlderOnlyWhereItSaysSo(String name, boolean before) {
        assertThat(Version.of(name).isBefore(31)).isEqualTo(before);
    }
}
