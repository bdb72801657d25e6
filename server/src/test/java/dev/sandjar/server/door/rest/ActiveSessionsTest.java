package dev.sandjar.server.door.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.Finding;
import dev.sandjar.Images;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxInfo;
import dev.sandjar.SandboxPage;
import dev.sandjar.SandboxSpec;
import dev.sandjar.SandboxState;
import dev.sandjar.Sandboxes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Page and total are of the same sessions, whatever comes and goes between two looks. */
class ActiveSessionsTest {
    @Test
    void pagesAndTotalAreOfThoseThatRunOrArePaused() {
        var place = new Place(
                info(SandboxState.FAILED),
                info(SandboxState.RUNNING),
                info(SandboxState.STOPPING),
                info(SandboxState.PAUSED));
        SandboxPage first = ActiveSessions.page(place, 0, 1);
        SandboxPage second = ActiveSessions.page(place, 1, 1);
        assertThat(first.sandboxes()).containsExactly(place.all.get(1));
        assertThat(second.sandboxes()).containsExactly(place.all.get(3));
        assertThat(List.of(first.total(), second.total())).containsExactly(2, 2);
    }

    @Test
    void oneThatIsRemovedMeanwhileHidesNoOther() {
        var place = new Place();
        for (int i = 0; i < 150; i++) {
            place.all.add(info(SandboxState.RUNNING));
        }
        place.removedAfterFirstLook = place.all.getFirst();
        SandboxPage page = ActiveSessions.page(place, 0, 200);
        assertThat(page.sandboxes()).containsExactlyElementsOf(place.all).hasSize(149);
        assertThat(page.total()).isEqualTo(149);
    }

    private static SandboxInfo info(SandboxState state) {
        return new SandboxInfo(
                SandboxId.random(),
                state,
                Optional.empty(),
                "alice",
                "host",
                Optional.empty(),
                Instant.EPOCH,
                Instant.EPOCH,
                Instant.EPOCH,
                "/workspace",
                List.of(),
                SandboxSpec.builder().build());
    }

    /** A list that loses one. */
    private static final class Place implements Sandboxes {
        private final List<SandboxInfo> all;
        private SandboxInfo removedAfterFirstLook = info(SandboxState.FAILED);

        Place(SandboxInfo... all) {
            this.all = new ArrayList<>(List.of(all));
        }

        @Override
        public SandboxPage list(int offset, int limit) {
            var page = new SandboxPage(all.stream().skip(offset).limit(limit).toList(), all.size());
            all.remove(removedAfterFirstLook);
            return page;
        }

        @Override
        public Sandbox create(SandboxSpec spec) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Sandbox create(SandboxSpec spec, String idempotencyKey) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Sandbox get(SandboxId id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Images images() {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Finding> doctor() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
