package dev.sandjar.cli;

import java.util.List;

/**
 * Walks through the verbs once, while the JVM looks on and writes the AOT cache that later starts are quick with. The launcher runs it after a
 * build. What fails here (no root, no runtime) only stays slower.
 */
final class Training {
    private Training() {}

    public static void main(String[] args) {
        for (List<String> words : List.of(
                List.of("run", "--", "sh", "-c", "cat; echo error >&2"),
                List.of("ls"),
                List.of("ls", "--json"),
                List.of("info", "0000"),
                List.of("exec", "0000", "--", "true"),
                List.of("cp", "-", "0000:a"),
                List.of("logs", "0000"),
                List.of("stats", "0000"),
                List.of("--help"),
                List.of("ls", "--server", "http://127.0.0.1:9"))) {
            Sandjar.execute(words.toArray(String[]::new));
        }
        Exit.now(0);
    }
}
