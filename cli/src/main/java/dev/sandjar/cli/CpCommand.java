package dev.sandjar.cli;

import dev.sandjar.Sandbox;
import dev.sandjar.Sandboxes;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Files in and out. */
@Command(
        name = "cp",
        description = "Copy files and folders into a sandbox or out of it.",
        mixinStandardHelpOptions = true,
        footerHeading = "%n",
        footer = {
            "Examples:",
            "  sandjar cp data.csv 3fa8:                   into /workspace",
            "  sandjar cp src 3fa8:/tmp                    a folder: becomes /tmp/src",
            "  sandjar cp 3fa8:result .                    out again",
            "  sandjar cp - 3fa8:script.py < script.py     - is standard input, or output",
            "",
            "As with cp -r: what is there is replaced, and into a folder that is there a copy goes under its own name.",
            "A path without a slash in front is relative to the sandbox's workspace. Links are followed.",
            "",
            "Exit codes: 0 done, 1 something was left out, 2 wrong usage, 125 it failed, 255 sandbox lost."
        })
final class CpCommand implements Callable<Integer> {
    private static final Pattern INSIDE = Pattern.compile("([0-9A-Fa-f-]+):(.*)", Pattern.DOTALL);

    @Spec
    private CommandSpec spec;

    @Mixin
    private Place place;

    @Parameters(index = "0", paramLabel = "FROM", description = "A path, SANDBOX:path, or -.")
    private String from;

    @Parameters(index = "1", paramLabel = "TO", description = "A path, SANDBOX:path, or -.")
    private String to;

    /** A path in a sandbox. */
    record Inside(String sandbox, String path) {
        static Optional<Inside> parse(String text) {
            Matcher matcher = INSIDE.matcher(text);
            return matcher.matches() ? Optional.of(new Inside(matcher.group(1), matcher.group(2))) : Optional.empty();
        }
    }

    private static void refuseIfMeantAsInside(String path) {
        if (path.matches("[^/:]+:.*")) {
            Place.beginning(path.substring(0, path.indexOf(':')), "sandbox");
        }
    }

    @Override
    public Integer call() throws Exception {
        Optional<Inside> source = Inside.parse(from);
        Optional<Inside> target = Inside.parse(to);
        if (source.isEmpty() && target.isEmpty()) {
            for (String path : List.of(from, to)) {
                refuseIfMeantAsInside(path);
            }
        }
        if (source.isPresent() == target.isPresent()) {
            throw new ParameterException(
                    spec.commandLine(), "one of FROM and TO must be SANDBOX:path, the other a path here, or -");
        }
        var leftOut = new LeftOut();
        try (Sandboxes sandboxes = place.open()) {
            if (source.isPresent()) {
                Sandbox sandbox = Place.find(sandboxes, source.get().sandbox());
                var download = new Download(sandbox.files(), leftOut);
                if (to.equals("-")) {
                    download.toStandardOutput(source.get().path());
                } else {
                    download.copy(source.get().path(), Path.of(to));
                }
            } else {
                Inside inside = target.orElseThrow();
                var upload = new Upload(Place.find(sandboxes, inside.sandbox()), leftOut);
                if (from.equals("-")) {
                    upload.standardInput(inside.path());
                } else {
                    upload.copy(Path.of(from), inside.path());
                }
            }
        }
        return leftOut.exitCode();
    }
}
