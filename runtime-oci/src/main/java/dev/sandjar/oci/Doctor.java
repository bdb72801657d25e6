package dev.sandjar.oci;

import dev.sandjar.Finding;
import dev.sandjar.SandboxException;
import dev.sandjar.oci.machine.Checks;
import dev.sandjar.oci.machine.Machine;
import dev.sandjar.oci.machine.OciTool;
import dev.sandjar.runtime.Deadline;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks at this machine anew and tries every OCI runtime on it. */
final class Doctor {
    private final Home home;
    private final Optional<String> ociRuntime;
    private final WorkLimits limits;

    /** @param ociRuntime the only one that may be used, if there is such a wish */
    Doctor(Home home, Optional<String> ociRuntime, WorkLimits limits) {
        this.home = home;
        this.ociRuntime = ociRuntime;
        this.limits = limits;
    }

    List<Finding> examine() {
        Machine seen = Machine.look(System.getenv());
        return examine(ociRuntime.map(seen::only).orElse(seen));
    }

    List<Finding> examine(Machine machine) {
        if (!machine.root()) {
            return List.of(
                    Checks.administrator(machine)); // all else fails for the same reason, or would only seem good
        }
        var findings = new ArrayList<Finding>(tools(machine));
        findings.addAll(Checks.of(machine));
        return findings;
    }

    private List<Finding> tools(Machine machine) {
        var findings = new ArrayList<Finding>();
        boolean works = false;
        for (OciTool tool : machine.tools()) {
            Optional<String> trouble = attempt(machine, tool);
            if (trouble.isEmpty()) {
                findings.add(new Finding("oci-runtime", Finding.Level.GOOD, tool.name() + " makes sandboxes", ""));
                works = true;
                break; // those behind it are not used
            }
            findings.add(new Finding(
                    "oci-runtime-" + tool.name(),
                    Finding.Level.WEAK,
                    tool.name() + " does not work here: " + trouble.get(),
                    "another OCI runtime is used where there is one"));
        }
        if (!works) {
            findings.addFirst(new Finding(
                    "oci-runtime",
                    Finding.Level.BROKEN,
                    "no OCI runtime on the PATH makes sandboxes",
                    "install one: " + String.join(" or ", OciTool.KNOWN)));
        }
        return findings;
    }

    /** In the program's own words: doctor is for whoever runs this machine. */
    private Optional<String> attempt(Machine machine, OciTool tool) {
        try {
            return new ToolChoice(home, machine, limits)
                    .attempt(tool, Deadline.in("doctor", limits.doctor()))
                    .map(Doctor::words);
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }

    private static String words(SandboxException failure) {
        Throwable cause = failure.getCause();
        String said = String.valueOf(failure.getMessage());
        return cause == null
                ? said
                : said + ": " + String.valueOf(cause.getMessage()).strip();
    }
}
