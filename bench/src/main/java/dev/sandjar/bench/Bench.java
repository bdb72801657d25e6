package dev.sandjar.bench;

import java.nio.file.Path;
import java.util.List;

/**
 * Every figure of docs/SPECIFICATION.md that a whole sandbox has, in one table. Arguments: which of {@code process}, {@code server},
 * {@code ssh}, {@code streams}, {@code preview}, {@code start}, {@code cluster}, {@code kmetis} and {@code scale}; all but the last three without any. Needs root, some minutes, and a quiet machine for absolute values.
 */
public final class Bench {
    private static final Path HOME = Path.of("/var/lib/sandjar-bench");

    private Bench() {}

    public static void main(String[] args) throws Exception {
        List<String> wanted = args.length == 0
                ? List.of("parts", "process", "server", "ssh", "streams", "preview", "start")
                : List.of(args);
        var launcher = Path.of("sandjar").toAbsolutePath();
        var table = new Table();
        for (String part : wanted) {
            switch (part) {
                case "parts" -> new Parts(table).measure();
                case "process" -> {
                    try (var process = new InProcess(HOME.resolve("process"), table)) {
                        process.measure();
                    }
                }
                case "server" -> {
                    try (var server = new Server(launcher, HOME.resolve("server"));
                            var over = new OverServer(server, table)) {
                        over.measure();
                    }
                }
                case "ssh" -> {
                    try (var server = new Server(launcher, HOME.resolve("ssh"));
                            var over = new OverSsh(server, table)) {
                        over.measure();
                    }
                }
                case "streams" -> {
                    try (var server = new Server(launcher, HOME.resolve("streams"));
                            var over = new OverStreams(server, table)) {
                        over.measure();
                        new OverSocketIo(server, table).measure();
                    }
                }
                case "preview" -> {
                    try (var server = new Server(launcher, HOME.resolve("preview"));
                            var over = new OverPreview(server, table)) {
                        over.measure();
                    }
                }
                case "start" -> new Starts(launcher, HOME.resolve("start"), table).measure();
                case "cluster" -> {
                    try (var cluster = new OnCluster(table)) {
                        cluster.measure();
                    }
                }
                case "kmetis" -> {
                    try (var pods = new PodsWithSsh(table)) {
                        pods.measure();
                    }
                }
                case "scale" -> {
                    try (var scale = new Scale(table)) {
                        scale.measure();
                    }
                }
                default ->
                    throw new IllegalArgumentException(
                            part
                                    + ": unknown, allowed: parts, process, server, ssh, streams, preview, start, cluster, kmetis, scale");
            }
        }
        table.print();
    }
}
