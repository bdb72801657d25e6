package dev.sandjar.cli;

import dev.sandjar.FileInfo;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxFiles;
import dev.sandjar.Sandboxes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Files in and out. */
@Command(
        name = "cp",
        description = "Copy files and folders into a sandbox or out of it.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  sandjar cp data.csv 3fa8:data.csv",
            "  sandjar cp 3fa8:/tmp/result .",
            "  sandjar cp - 3fa8:script.py < script.py     - is standard input, or output",
            "",
            "A path without a slash in front is relative to /workspace."
        })
final class CpCommand implements Callable<Integer> {
    @Mixin
    private Place place;

    @Parameters(index = "0", paramLabel = "FROM", description = "A path, SANDBOX:path, or -.")
    private String from;

    @Parameters(index = "1", paramLabel = "TO", description = "A path, SANDBOX:path, or -.")
    private String to;

    @Override
    public Integer call() throws IOException {
        int source = from.indexOf(':');
        int target = to.indexOf(':');
        if ((source > 0) == (target > 0)) {
            throw SandboxException.invalid(
                    "the pair of paths", "both inside or both outside", "one of them SANDBOX:path");
        }
        try (Sandboxes sandboxes = place.open()) {
            if (source > 0) {
                SandboxFiles files =
                        Place.find(sandboxes, from.substring(0, source)).files();
                download(files, from.substring(source + 1), to);
            } else {
                SandboxFiles files =
                        Place.find(sandboxes, to.substring(0, target)).files();
                upload(from, files, to.substring(target + 1));
            }
        }
        return 0;
    }

    private static void upload(String from, SandboxFiles files, String to) throws IOException {
        if (from.equals("-")) {
            files.write(to, System.in, true);
            return;
        }
        Path source = Path.of(from);
        if (!Files.isDirectory(source)) {
            String name = source.toAbsolutePath().getFileName().toString();
            try (InputStream content = Files.newInputStream(source)) {
                files.write(to.isEmpty() || to.endsWith("/") ? to + name : to, content, true);
            }
            return;
        }
        files.mkdirs(to);
        try (var children = Files.list(source)) {
            for (Path child : children.toList()) {
                upload(child.toString(), files, to + "/" + child.getFileName());
            }
        }
    }

    private static void download(SandboxFiles files, String from, String to) throws IOException {
        FileInfo info = files.stat(from);
        if (info.type() == FileInfo.Type.DIRECTORY) {
            Path target = Path.of(to);
            Files.createDirectories(target);
            List<FileInfo> entries = files.list(from);
            for (FileInfo entry : entries) {
                download(
                        files, entry.path(), target.resolve(plain(entry.name())).toString());
            }
            return;
        }
        try (InputStream content = files.open(from)) {
            if (to.equals("-")) {
                content.transferTo(System.out);
                System.out.flush();
                return;
            }
            Path target = Files.isDirectory(Path.of(to)) ? Path.of(to, plain(info.name())) : Path.of(to);
            Files.copy(content, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** A name from inside must not climb out here. */
    private static String plain(String name) {
        if (name.isEmpty() || name.equals(".") || name.equals("..") || name.contains("/")) {
            throw SandboxException.invalid("a file's name", '"' + Text.safe(name) + '"', "a plain name");
        }
        return name;
    }
}
