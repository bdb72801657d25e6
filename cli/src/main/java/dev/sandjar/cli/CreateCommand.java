package dev.sandjar.cli;

import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.Sandboxes;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A sandbox that stays. */
@Command(
        name = "create",
        description = "Make a sandbox and print its id.",
        mixinStandardHelpOptions = true,
        footerHeading = "%n",
        footer = {
            "Examples:",
            "  id=$(sandjar create --ttl 8h --memory 2G)",
            "  sandjar exec $id -- id",
            "  sandjar create --metadata task=build --json",
            "",
            Sandjar.PLAIN_EXIT_CODES
        })
final class CreateCommand implements Callable<Integer> {
    @Mixin
    private Place place;

    @Mixin
    private SpecOptions spec;

    @Option(
            names = "--idempotency-key",
            paramLabel = "KEY",
            description = "Called again with it, prints the same sandbox.")
    private @Nullable String key;

    @Option(names = "--json", description = "Print all facts as JSON.")
    private boolean json;

    @Override
    @SuppressWarnings("resource") // it stays: that is the verb
    public Integer call() {
        try (Interrupts interrupts = Interrupts.open();
                Sandboxes sandboxes = place.open()) {
            try {
                Sandbox sandbox = key == null ? sandboxes.create(spec.spec()) : sandboxes.create(spec.spec(), key);
                interrupts.cleanUp();
                System.out.println(json ? Json.text(Json.of(sandbox.info())) : sandbox.id());
                if (System.out.checkError() && key == null) { // with a key, the same call names it again
                    removeUnnamed(sandbox);
                }
                return 0;
            } catch (InterruptedException nothingIsLeft) {
                return interrupts.exitCode();
            }
        }
    }

    /** Nobody has read its id, so nobody would use or remove it. That the output cannot be written is told at the exit. */
    private static void removeUnnamed(Sandbox sandbox) {
        try {
            sandbox.delete();
        } catch (SandboxException stays) {
            System.err.println("sandjar: sandbox " + sandbox.id() + " was made and could not be removed again: "
                    + Text.safe(String.valueOf(stays.getMessage())));
        }
    }
}
