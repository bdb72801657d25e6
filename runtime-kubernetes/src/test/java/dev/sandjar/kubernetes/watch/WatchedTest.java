package dev.sandjar.kubernetes.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A watch that lags behind our own writes, or was away for a while. */
class WatchedTest {
    private final Watched<Secret> secrets = new Watched<>(one -> one);
    private final List<String> told = new ArrayList<>();

    private static Secret secret(String uid, int version) {
        return new SecretBuilder()
                .withNewMetadata()
                .withName("one")
                .withUid(uid)
                .withResourceVersion(Integer.toString(version))
                .endMetadata()
                .build();
    }

    @Test
    void whatTheWatchTellsLateDoesNotUndoAWrite() {
        secrets.wrote(secret("a", 2));
        secrets.onAdd(secret("a", 1));
        assertThat(secrets.get("one")).contains(secret("a", 2));
    }

    @Test
    void anAnswerThatIsOvertakenByTheDeletionBringsNothingBack() {
        secrets.onAdd(secret("a", 1));
        secrets.onDelete(secret("a", 1), false);
        secrets.wrote(secret("a", 2));
        assertThat(secrets.get("one")).isEmpty();
    }

    @Test
    void theDeletionOfAnOlderOneOfTheSameNameTakesNothingAway() {
        secrets.wrote(secret("b", 5));
        secrets.onDelete(secret("a", 4), false);
        assertThat(secrets.get("one")).contains(secret("b", 5));
    }

    @Test
    void everyChangeThatTheWatchTellsIsToldOn() {
        secrets.tell(one -> told.add(one.getMetadata().getUid()));
        secrets.onAdd(secret("a", 1));
        secrets.onUpdate(secret("a", 1), secret("a", 2));
        secrets.onDelete(secret("a", 2), true);
        assertThat(told).containsExactly("a", "a", "a");
    }

    @Test
    void whatIsKeptIsWhatItsMakerMakesOfIt() {
        var few = new Watched<Secret>(one -> secret(one.getMetadata().getUid(), 9));
        few.onAdd(secret("a", 1));
        assertThat(few.get("one")).contains(secret("a", 9));
    }

    @Test
    void whatWentWhileTheWatchWasAwayIsGoneAlsoWhenOnlyAWriteOfOursToldOfIt() {
        secrets.tell(one -> told.add(one.getMetadata().getUid()));
        secrets.listedBy(Set::of);
        secrets.wrote(secret("a", 3));
        secrets.onList("7", false);
        assertThat(secrets.get("one")).isEmpty();
        assertThat(told).containsExactly("a");
    }

    @Test
    void whatIsNewerThanAListIsNotMissingFromIt() {
        secrets.listedBy(Set::of);
        secrets.wrote(secret("a", 8));
        secrets.onList("7", false);
        assertThat(secrets.get("one")).isPresent();
    }

    @Test
    void whatAListHasStays() {
        secrets.listedBy(() -> Set.of("one"));
        secrets.wrote(secret("a", 3));
        secrets.onList("7", false);
        assertThat(secrets.get("one")).isPresent();
    }

    @Test
    void whoWaitsForTheFirstListHasAllOfIt() throws Exception {
        assertThat(secrets.awaitList(Duration.ZERO)).isFalse();
        secrets.onAdd(secret("a", 3));
        secrets.listedBy(() -> Set.of("one"));
        secrets.onList("7", false);
        assertThat(secrets.awaitList(Duration.ZERO)).isTrue();
        assertThat(secrets.get("one")).isPresent();
    }
}
