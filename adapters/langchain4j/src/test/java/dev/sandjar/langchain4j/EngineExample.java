package dev.sandjar.langchain4j;

import dev.langchain4j.code.CodeExecutionEngine;
import dev.sandjar.SandboxSpec;
import dev.sandjar.Sandboxes;

/** The other example of the README. */
public final class EngineExample {
    private EngineExample() {}

    /**
     * Executes a line of Python.
     *
     * @param args none
     * @throws InterruptedException never, unless interrupted
     */
    public static void main(String... args) throws InterruptedException {
        // begin
        try (var sandboxes = Sandboxes.open("local:");
                var sandbox = sandboxes.create(SandboxSpec.of("host"))) {
            CodeExecutionEngine engine = new SandboxCodeExecutionEngine(sandbox);
            System.out.print(engine.execute("print(40 + 2)"));
        }
        // end
    }
}
