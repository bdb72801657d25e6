package dev.sandjar.server;

import dev.sandjar.Metadata;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import dev.sandjar.SandboxState;
import dev.sandjar.Sandboxes;
import dev.sandjar.engine.Engine;
import dev.sandjar.engine.EngineConfig;
import dev.sandjar.engine.Template;
import dev.sandjar.server.auth.Places;
import dev.sandjar.server.config.ServerConfig;
import dev.sandjar.server.limit.Unanswered;
import dev.sandjar.server.observe.MeteredSandboxes;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Opens the engine at start, lets go of it at the end; the sandboxes live on. */
@ApplicationScoped
public class Wiring implements Places {
    private final ServerConfig config;
    private final MeterRegistry meters;
    private volatile @Nullable Engine engine;

    Wiring(ServerConfig config, MeterRegistry meters) {
        this.config = config;
        this.meters = meters;
    }

    void start(@Observes StartupEvent event) {
        Engine opened = Engine.open(
                Place.open(config),
                EngineConfig.builder()
                        .resident(true)
                        .createLimit(config.limits().create())
                        .agentLimit(config.limits().agent())
                        .destroyLimit(config.limits().destroy())
                        .maxPerOwner(config.limits().sandboxesPerOwner())
                        .maxTotal(config.limits().sandboxes())
                        .defaultImage(config.defaultImage())
                        .requestRoom(Unanswered::take)
                        .operators(config.auth().operators())
                        .templates(templates(config.templates()))
                        .build());
        engine = opened;
        for (SandboxState state : SandboxState.values()) {
            meters.gauge(
                    "sandjar.sandboxes",
                    List.of(io.micrometer.core.instrument.Tag.of(
                            "state", state.name().toLowerCase(Locale.ROOT))),
                    opened,
                    it -> it.counts().getOrDefault(state, 0));
        }
        for (String template : opened.warm().keySet()) {
            meters.gauge(
                    "sandjar.warm",
                    List.of(io.micrometer.core.instrument.Tag.of("template", template)),
                    opened,
                    it -> it.warm().getOrDefault(template, 0));
        }
    }

    void stop(@Observes ShutdownEvent event) {
        Engine open = engine;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public Sandboxes of(String owner) {
        return new MeteredSandboxes(opened().sandboxes(owner), meters);
    }

    @Override
    public Optional<Sandbox> sandbox(SandboxId id) {
        return opened().sandbox(id).map(sandbox -> MeteredSandboxes.metered(sandbox, meters));
    }

    @Override
    public Optional<String> owner(String token) {
        return opened().owner(token);
    }

    @Override
    public void requireOperator(String owner, String what) {
        opened().requireOperator(owner, what);
    }

    private Engine opened() {
        Engine open = engine;
        if (open == null) {
            throw new IllegalStateException("a request before the start");
        }
        return open;
    }

    private static List<Template> templates(Map<String, ServerConfig.TemplateConfig> configured) {
        var templates = new ArrayList<Template>();
        configured.forEach((name, template) -> {
            var spec = SandboxSpec.builder().env(template.env());
            template.image().ifPresent(spec::image);
            template.cpu().ifPresent(spec::cpu);
            template.memory().ifPresent(spec::memory);
            template.pids().ifPresent(spec::pids);
            template.disk().ifPresent(spec::disk);
            template.user().ifPresent(spec::user);
            template.cwd().ifPresent(spec::cwd);
            template.ttl().ifPresent(spec::ttl);
            template.idle().ifPresent(spec::idleTimeout);
            template.sshPublicKeys().ifPresent(spec::sshPublicKeys);
            template.network().ifPresent(spec::network);
            spec.metadata(Metadata.of(new LinkedHashMap<>(template.metadata())));
            templates.add(new Template(name, spec.build(), template.warm()));
        });
        return templates;
    }
}
