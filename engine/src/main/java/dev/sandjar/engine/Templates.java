package dev.sandjar.engine;

import dev.sandjar.ErrorCode;
import dev.sandjar.Metadata;
import dev.sandjar.Network;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a caller's spec becomes when template and defaults are filled in. Pure. */
final class Templates {
    private final Map<String, Template> byName = new LinkedHashMap<>();
    private final Map<String, SandboxSpec> warm = new LinkedHashMap<>(); // the placed parts of what is made ahead
    private final String defaultImage;

    Templates(List<Template> templates, String defaultImage) {
        templates.forEach(template -> byName.put(template.name(), template));
        this.defaultImage = defaultImage;
        byName.values().stream()
                .filter(template -> template.warm() > 0)
                .forEach(template -> warm.put(template.name(), placed(fill(ofTemplate(template)))));
    }

    SandboxSpec fill(SandboxSpec wanted) {
        SandboxSpec spec = wanted.template()
                .map(name -> over(template(name).spec(), wanted))
                .orElse(wanted);
        return spec.toBuilder()
                .image(imageOf(wanted))
                .ttl(ttlOf(wanted))
                .network(spec.network().orElse(Network.NONE))
                .build();
    }

    /**
     * The template whose warm sandboxes fit: what is decided when a sandbox is made must be the same; the rest is decided later anyway.
     */
    Optional<Template> warmFor(SandboxSpec filled) {
        SandboxSpec wanted = placed(filled);
        return warm.entrySet().stream()
                .filter(one -> one.getValue().equals(wanted))
                .map(one -> template(one.getKey()))
                .findFirst();
    }

    static SandboxSpec ofTemplate(Template template) {
        return SandboxSpec.builder().template(template.name()).build();
    }

    /** The parts that a runtime looks at; env and cwd come with each command, lifetimes with the lease. */
    private static SandboxSpec placed(SandboxSpec spec) {
        var builder = SandboxSpec.builder()
                .image(spec.image().orElse(""))
                .network(spec.network().orElse(Network.NONE));
        spec.user().ifPresent(builder::user);
        spec.cpu().ifPresent(builder::cpu);
        spec.memory().ifPresent(builder::memory);
        spec.pids().ifPresent(builder::pids);
        spec.disk().ifPresent(builder::disk);
        return builder.build();
    }

    private Template template(String name) {
        Template template = byName.get(name);
        if (template != null) {
            return template;
        }
        if (byName.isEmpty()) {
            throw new SandboxException(
                    ErrorCode.INVALID_ARGUMENT,
                    "template is \"" + name + "\", allowed: those that are configured here, and none is",
                    "leave it out, or configure one at a server: sandjar.templates.NAME in docs/configuration.md, such as"
                            + " SANDJAR_TEMPLATES_NAME_IMAGE=host",
                    null);
        }
        throw SandboxException.invalid("template", '"' + name + '"', String.join(", ", byName.keySet()));
    }

    private String imageOf(SandboxSpec wanted) {
        return wanted.image()
                .or(() ->
                        wanted.template().flatMap(name -> template(name).spec().image()))
                .orElse(defaultImage);
    }

    private java.time.Duration ttlOf(SandboxSpec wanted) {
        return wanted.ttl()
                .or(() ->
                        wanted.template().flatMap(name -> template(name).spec().ttl()))
                .orElse(SandboxSpec.DEFAULT_TTL);
    }

    private static SandboxSpec over(SandboxSpec template, SandboxSpec wanted) {
        var builder = wanted.toBuilder();
        var env = new LinkedHashMap<>(template.env());
        env.putAll(wanted.env());
        builder.env(env);
        wanted.idleTimeout().or(template::idleTimeout).ifPresent(builder::idleTimeout);
        wanted.cwd().or(template::cwd).ifPresent(builder::cwd);
        wanted.user().or(template::user).ifPresent(builder::user);
        if (wanted.cpu().isEmpty()) {
            template.cpu().ifPresent(builder::cpu);
        }
        if (wanted.memory().isEmpty()) {
            template.memory().ifPresent(builder::memory);
        }
        if (wanted.pids().isEmpty()) {
            template.pids().ifPresent(builder::pids);
        }
        if (wanted.disk().isEmpty()) {
            template.disk().ifPresent(builder::disk);
        }
        wanted.network().or(template::network).ifPresent(builder::network);
        var metadata =
                new LinkedHashMap<String, @Nullable Object>(template.metadata().values());
        metadata.putAll(wanted.metadata().values());
        builder.metadata(new Metadata(metadata));
        builder.sshPublicKeys(Stream.concat(template.sshPublicKeys().stream(), wanted.sshPublicKeys().stream())
                .distinct()
                .toList());
        return builder.build();
    }
}
