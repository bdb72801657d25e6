package dev.sandjar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionsTest {
    private static final List<String> VERBS = List.of("run", "rm", "ls", "logs", "resume", "images");

    @ParameterizedTest
    @CsvSource({"rnu, run", "rum, run", "sl, ls", "image, images", "logss, logs", "resum, resume", "ru, run"})
    void theNearestComesFirst(String typed, String meant) {
        assertThat(Suggestions.of(typed, VERBS)).first().isEqualTo(meant);
    }

    @Test
    void anotherWordIsNotSuggested() {
        assertThat(Suggestions.of("frobnicate", VERBS)).isEmpty();
    }
}
