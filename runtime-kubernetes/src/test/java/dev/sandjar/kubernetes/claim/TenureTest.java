package dev.sandjar.kubernetes.claim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandjar.kubernetes.TestNamespace;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseList;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two processes, a clock each, and the real API server between them. */
@Tag("cluster")
class TenureTest {
    private static final Duration LENGTH = Duration.ofSeconds(10);

    private final AtomicLong ours =
            new AtomicLong(Long.MAX_VALUE - 1_000_000); // whatever it counts from, also when it overflows
    private final AtomicLong theirs = new AtomicLong();
    private TestNamespace namespace;
    private NonNamespaceOperation<Lease, LeaseList, Resource<Lease>> leases;

    @BeforeEach
    void open() throws Exception {
        namespace = new TestNamespace();
        leases = namespace.client().leases().inNamespace(namespace.name());
    }

    @AfterEach
    void close() {
        namespace.close();
    }

    private Tenure tenure(String holder, AtomicLong clock) {
        return new Tenure(leases, "turn", holder, Map.of(), LENGTH, clock::get);
    }

    private static void pass(AtomicLong clock, double seconds) {
        clock.addAndGet((long) (seconds * 1e9));
    }

    @Test
    void oneOfTwoHasItAndKeepsItByRenewing() {
        Tenure a = tenure("a", ours);
        Tenure b = tenure("b", theirs);
        assertThat(a.take()).isTrue();
        assertThat(b.take()).isFalse();
        for (int i = 0; i < 3; i++) {
            pass(ours, 6);
            pass(theirs, 6);
            assertThat(a.take()).isTrue();
            assertThat(b.take()).isFalse();
        }
        assertThat(a.held()).isTrue();
        assertThat(b.held()).isFalse();
    }

    @Test
    void whoeverDoesNotRenewStopsBelievingBeforeAnybodyElseTakesIt() {
        Tenure a = tenure("a", ours);
        Tenure b = tenure("b", theirs);
        a.take();
        b.take();
        pass(ours, 8.1);
        pass(theirs, 8.1);
        assertThat(a.held()).isFalse();
        assertThat(b.take()).isFalse();
        pass(theirs, 2);
        assertThat(b.take()).isTrue();
        assertThat(a.take()).isFalse();
        assertThat(a.held()).isFalse();
    }

    @Test
    void aLateRenewalIsAsGoodAsAnyWhileNobodyHasTakenIt() {
        Tenure a = tenure("a", ours);
        a.take();
        pass(ours, 60);
        assertThat(a.held()).isFalse();
        assertThat(a.take()).isTrue();
        assertThat(a.held()).isTrue();
    }

    @Test
    void clocksOfOtherMachinesDoNotMatter() {
        Tenure a = tenure("a", ours);
        a.take();
        pass(theirs, 1e6);
        Tenure b = tenure("b", theirs);
        assertThat(b.take()).isFalse();
    }

    @Test
    void whoeverLeavesMakesNobodyWait() {
        Tenure a = tenure("a", ours);
        Tenure b = tenure("b", theirs);
        a.take();
        b.take();
        a.leave();
        assertThat(a.held()).isFalse();
        assertThat(b.take()).isTrue();
    }

    @Test
    void aMemberThatSaysNothingIsDeadAndCannotComeBack() {
        Tenure member = new Tenure(leases, "m1", "m1", Map.of("member", "true"), LENGTH, ours::get);
        member.take();
        var members = new Members(leases, LENGTH, theirs::get);
        assertThat(members.alive(leases.list().getItems())).isEqualTo(Set.of("m1"));
        pass(theirs, 9);
        assertThat(members.alive(leases.list().getItems())).isEqualTo(Set.of("m1"));
        pass(theirs, 2);
        assertThat(members.alive(leases.list().getItems())).isEmpty();
        assertThat(member.take()).isFalse();
        assertThat(member.gone()).isTrue();
    }

    @Test
    void aMemberThatRenewsInTheLastMomentLives() {
        Tenure member = new Tenure(leases, "m1", "m1", Map.of("member", "true"), LENGTH, ours::get);
        member.take();
        var members = new Members(leases, LENGTH, theirs::get);
        var listed = leases.list().getItems();
        members.alive(listed);
        member.take();
        pass(theirs, 11);
        assertThat(members.alive(listed)).isEqualTo(Set.of("m1")); // listed before it renewed
        assertThat(member.take()).isTrue();
    }
}
