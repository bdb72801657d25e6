package dev.sandjar.cli;

import dev.sandjar.Sandbox;
import dev.sandjar.Sandboxes;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A verb that does one thing to each of the sandboxes that are named. */
abstract class EachCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Place place;

    @Parameters(arity = "1..*", paramLabel = "SANDBOX", description = "Ids, or beginnings of them.")
    private List<String> ids;

    /** The one thing. */
    abstract void act(Sandbox sandbox);

    @Override
    public Integer call() throws InterruptedException {
        try (Sandboxes sandboxes = place.open()) {
            return Each.sandbox(sandboxes, ids, this::act, spec.commandLine().getErr());
        }
    }
}
