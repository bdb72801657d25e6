package dev.sandjar.cli;

import dev.sandjar.Network;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What kind of sandbox is wanted, from the command line. */
final class SpecOptions {
    private static final Pattern PUBLIC_KEY =
            Pattern.compile("[a-z0-9@.-]+ AAAA[0-9A-Za-z+/]+=*( .*)?"); // after a length

    @Option(
            names = "--image",
            paramLabel = "IMAGE",
            description =
                    "Root filesystem: host (the machine's own /usr; on a cluster its default image; the default) or an OCI reference such as python:3.11.")
    private @Nullable String image;

    @Option(names = "--template", paramLabel = "NAME", description = "A recipe configured at the place.")
    private @Nullable String template;

    @Option(
            names = "--ttl",
            paramLabel = "TIME",
            converter = Span.Converter.class,
            description = "Lifetime, 60s to 8h; 1h by default. A number alone counts seconds.")
    private @Nullable Span ttl;

    @Option(
            names = "--idle",
            paramLabel = "TIME",
            converter = Span.Converter.class,
            description = "Removed when unused for so long, 1s to 8h; never by default.")
    private @Nullable Span idle;

    @Option(
            names = {"-e", "--env"},
            paramLabel = "NAME=VALUE",
            description = "Environment of every command; may be repeated.")
    private Map<String, String> env = Map.of();

    @Option(names = "--cpu", paramLabel = "N", description = "Processors, such as 0.5; 1 by default.")
    private @Nullable Double cpu;

    @Option(
            names = {"-m", "--memory"},
            paramLabel = "SIZE",
            converter = Size.Converter.class,
            description = "Memory, such as 2G; 512M by default.")
    private @Nullable Size memory;

    @Option(names = "--pids", paramLabel = "N", description = "Processes and threads at most; 256 by default.")
    private @Nullable Integer pids;

    @Option(
            names = "--disk",
            paramLabel = "SIZE",
            converter = Size.Converter.class,
            description = "Space for files, such as 1G; no limit by default.")
    private @Nullable Size disk;

    @Option(
            names = {"-u", "--user"},
            paramLabel = "USER",
            description =
                    "Whom commands run as: a name, uid or uid:gid; the image's own by default, else sandbox (1000).")
    private @Nullable String user;

    @Option(
            names = "--network",
            paramLabel = "KIND",
            description =
                    "none: the sandbox reaches itself only (default); outbound: what a cluster's setting egress allows.")
    private @Nullable String network;

    @Option(
            names = "--metadata",
            paramLabel = "JSON|KEY=VALUE",
            description = "To keep with the sandbox: an object, or a string under a key; may be repeated.")
    private List<String> metadata = List.of();

    @Option(
            names = "--ssh-key",
            paramLabel = "FILE",
            description = "A public key that may log in by SSH, such as ~/.ssh/id_ed25519.pub; may be repeated.")
    private List<Path> sshKeys = List.of();

    boolean hasTtl() {
        return ttl != null;
    }

    SandboxSpec spec() {
        var builder = SandboxSpec.builder().env(new LinkedHashMap<>(env));
        if (image != null) {
            builder.image(image);
        }
        if (template != null) {
            builder.template(template);
        }
        if (ttl != null) {
            builder.ttl(ttl.duration());
        }
        if (idle != null) {
            builder.idleTimeout(idle.duration());
        }
        if (cpu != null) {
            builder.cpu(cpu);
        }
        if (memory != null) {
            builder.memory(memory.bytes());
        }
        if (pids != null) {
            builder.pids(pids);
        }
        if (disk != null) {
            builder.disk(disk.bytes());
        }
        if (user != null) {
            builder.user(user);
        }
        if (network != null) {
            builder.network(parseNetwork(network));
        }
        if (!metadata.isEmpty()) {
            builder.metadata(MetadataOption.parse(metadata));
        }
        if (!sshKeys.isEmpty()) {
            builder.sshPublicKeys(sshKeys.stream().map(SpecOptions::publicKey).toList());
        }
        return builder.build();
    }

    private static String publicKey(Path file) {
        try {
            String line = Files.readString(file).strip();
            if (line.contains("PRIVATE KEY")) {
                throw SandboxException.invalid(
                        "--ssh-key", file + ", a private key", "the file beside it that ends with .pub");
            }
            if (!PUBLIC_KEY.matcher(line).matches()) {
                throw SandboxException.invalid(
                        "--ssh-key",
                        file + ", which is no public key",
                        "a file with one, a line such as: ssh-ed25519 AAAA... you@here; you make a pair by: ssh-keygen -t ed25519");
            }
            return line;
        } catch (IOException e) {
            throw SandboxException.invalid(
                    "--ssh-key",
                    file + ", which cannot be read",
                    "a file with a public key; you make a pair by: ssh-keygen -t ed25519");
        }
    }

    private static Network parseNetwork(String text) {
        return switch (text) {
            case "none" -> Network.NONE;
            case "outbound" -> Network.OUTBOUND;
            default -> throw SandboxException.invalid("network", Text.safe(text), "none or outbound");
        };
    }
}
