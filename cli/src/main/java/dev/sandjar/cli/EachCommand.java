package dev.sandjar.cli;

import dev.sandjar.ErrorCode;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxState;
import dev.sandjar.Sandboxes;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
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

    /** Changes its state; that it is as wanted already is no failure. */
    static void bring(Sandbox sandbox, SandboxState wanted, Consumer<Sandbox> change) {
        try {
            change.accept(sandbox);
        } catch (SandboxException e) {
            if (e.code() != ErrorCode.INVALID_STATE || sandbox.info().state() != wanted) {
                throw e;
            }
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        try (Sandboxes sandboxes = place.open()) {
            return Each.sandbox(sandboxes, ids, this::act, spec.commandLine());
        }
    }
}
