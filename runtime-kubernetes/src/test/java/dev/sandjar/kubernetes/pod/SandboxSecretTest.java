package dev.sandjar.kubernetes.pod;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody else may have written into a secret of ours. */
class SandboxSecretTest {
    private static Secret stopped(String mark) {
        return new SecretBuilder()
                .withNewMetadata()
                .withAnnotations(Map.of(Marks.STOPPED, mark))
                .endMetadata()
                .build();
    }

    @Test
    void whoMayBeStartingItIsBelievedForAWhile() {
        assertThat(SandboxSecret.beingStarted(
                        stopped(Instant.now().plusSeconds(30).toString())))
                .isTrue();
        assertThat(SandboxSecret.beingStarted(
                        stopped(Instant.now().minusSeconds(600).toString())))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+1000000000-12-31T23:59:59.999999999Z",
                "-1000000000-01-01T00:00:00Z",
                "9999-12-31T23:59:59Z",
                "true",
                "soon",
                ""
            })
    void atATimeThatNobodyOfOursWroteNobodyStartsIt(String mark) {
        assertThat(SandboxSecret.stopped(stopped(mark))).isTrue();
        assertThat(SandboxSecret.beingStarted(stopped(mark))).isFalse();
    }

    @Test
    void whateverIsWrittenAsItsHolderIsOneValueOfAPatch() throws Exception {
        String holder = "x\"},{\"op\":\"remove\",\"path\":\"/data\"},{\"\\";
        var patch = new ObjectMapper().readTree(SandboxSecret.taking(holder));
        assertThat(patch).hasSize(2);
        assertThat(patch.path(0).path("value").textValue()).isEqualTo(holder);
    }
}
