package dev.sandjar.oci;

import dev.sandjar.SandboxId;
import dev.sandjar.SandboxSpec;
import java.nio.file.Path;

/** Makes a sandbox and stops after a step until a byte arrives, so that it can be killed there. */
final class StoppingCreate {
    private StoppingCreate() {}

    /** Folder, id, step. */
    public static void main(String[] args) throws Exception {
        var id = SandboxId.parse(args[1]).orElseThrow();
        var stop = Creation.Step.valueOf(args[2]);
        Creation.Faults faults = (made, step) -> {
            if (made.equals(id) && step == stop) {
                System.out.println("stopped");
                System.in.read();
            }
        };
        var runtime = OciRuntime.open(Options.in(Path.of(args[0])), faults);
        var spec = SandboxSpec.builder().image("host").disk(32 << 20).build();
        runtime.create(id, spec, "{}", Shell.soon());
        System.out.println("made");
    }
}
