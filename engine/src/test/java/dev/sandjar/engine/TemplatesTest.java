package dev.sandjar.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandjar.Metadata;
import dev.sandjar.Network;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A recipe stands where the caller says nothing, part by part. */
class TemplatesTest {
    private static final String OPERATORS_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA operator";
    private static final String CALLERS_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB caller";
    private static final SandboxSpec FULL = SandboxSpec.builder()
            .image("python:3.11")
            .ttl(Duration.ofMinutes(5))
            .idleTimeout(Duration.ofMinutes(2))
            .env(Map.of("A", "template", "B", "template"))
            .cwd("/srv")
            .user("1:2")
            .cpu(0.5)
            .memory(64L << 20)
            .pids(64)
            .disk(64L << 20)
            .metadata(Metadata.of(Map.of("a", "template", "b", "template")))
            .sshPublicKeys(List.of(OPERATORS_KEY))
            .network(Network.OUTBOUND)
            .build();

    private final Templates templates = new Templates(List.of(new Template("full", FULL, 0)), "host");

    @Test
    void whoSaysNothingGetsTheWholeRecipe() {
        assertThat(templates.fill(of("full")))
                .isEqualTo(FULL.toBuilder().template("full").build());
    }

    @Test
    void whatTheCallerSaysWinsEntryByEntry() {
        SandboxSpec filled = templates.fill(of("full").toBuilder()
                .env(Map.of("A", "caller"))
                .metadata(Metadata.of(Map.of("a", "caller")))
                .sshPublicKeys(List.of(CALLERS_KEY, OPERATORS_KEY))
                .pids(100)
                .build());
        assertThat(filled.env()).isEqualTo(Map.of("A", "caller", "B", "template"));
        assertThat(filled.metadata().values()).isEqualTo(Map.of("a", "caller", "b", "template"));
        assertThat(filled.sshPublicKeys()).containsExactly(OPERATORS_KEY, CALLERS_KEY);
        assertThat(filled.pids()).hasValue(100);
    }

    @Test
    void aCallerMayCloseWhatTheRecipeOpens() {
        SandboxSpec filled =
                templates.fill(of("full").toBuilder().network(Network.NONE).build());
        assertThat(filled.network()).contains(Network.NONE);
    }

    @Test
    void withoutARecipeThereAreTheDefaultsAlone() {
        SandboxSpec filled = templates.fill(SandboxSpec.builder().build());
        assertThat(filled.image()).contains("host");
        assertThat(filled.ttl()).contains(SandboxSpec.DEFAULT_TTL);
        assertThat(filled.network()).contains(Network.NONE);
    }

    @Test
    void anUnknownRecipeIsToldWithThoseThatThereAre() {
        assertThatThrownBy(() -> templates.fill(of("fool"))).hasMessage("template is \"fool\", allowed: full");
    }

    @Test
    void whereThereIsNoRecipeOneIsToldHowToMakeOne() {
        assertThatThrownBy(() -> new Templates(List.of(), "host").fill(of("fool")))
                .hasMessage("template is \"fool\", allowed: those that are configured here, and none is")
                .isInstanceOfSatisfying(
                        SandboxException.class,
                        e -> assertThat(e.remedy()).contains("SANDJAR_TEMPLATES_NAME_IMAGE=host"));
    }

    @Test
    void aRecipeOfARecipeIsRefused() {
        assertThatThrownBy(() -> new Template("outer", of("full"), 0))
                .hasMessage("template outer: template is full, allowed: none: write its parts here");
    }

    private static SandboxSpec of(String template) {
        return SandboxSpec.builder().template(template).build();
    }

    @Test
    void aPoolFitsWhoWantsWhatItsSandboxesWereMadeWith() {
        SandboxSpec small = SandboxSpec.builder().pids(64).build();
        var pools = new Templates(
                List.of(
                        new Template("cold", small, 0),
                        new Template("first", small, 1),
                        new Template("second", small, 1)),
                "host");
        SandboxSpec fitting = pools.fill(of("second").toBuilder()
                .env(Map.of("A", "later anyway"))
                .ttl(Duration.ofMinutes(7))
                .build());
        assertThat(pools.warmFor(fitting)).map(Template::name).contains("first");
        assertThat(pools.warmFor(fitting.toBuilder().pids(65).build())).isEmpty();
        assertThat(pools.warmFor(fitting.toBuilder().image("other").build())).isEmpty();
    }
}
