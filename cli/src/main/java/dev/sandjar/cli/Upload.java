package dev.sandjar.cli;

import dev.sandjar.CommandResult;
import dev.sandjar.CommandSpec;
import dev.sandjar.ErrorCode;
import dev.sandjar.FileInfo;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxFiles;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Files of this machine, into a sandbox. */
final class Upload {
    private static final int AT_ONCE = 500; // paths in one chmod
    private static final String UNREADABLE = "may not be read by you";

    private final Sandbox sandbox;
    private final SandboxFiles files;
    private final LeftOut leftOut;
    private final List<String> executables = new ArrayList<>();

    Upload(Sandbox sandbox, LeftOut leftOut) {
        this.sandbox = sandbox;
        this.leftOut = leftOut;
        files = sandbox.files();
    }

    void standardInput(String to) {
        if (to.isEmpty() || to.endsWith("/")) {
            throw SandboxException.invalid("the path in the sandbox", '"' + to + '"', "a file's, when - is copied");
        }
        files.write(to, new FileInputStream(FileDescriptor.in), true);
    }

    void copy(Path from, String to) throws IOException, InterruptedException {
        String target = target(from, to);
        if (Files.isDirectory(from)) {
            folder(from, target);
        } else {
            file(from, target);
        }
        for (int i = 0; i < executables.size(); i += AT_ONCE) {
            makeExecutable(executables.subList(i, Math.min(executables.size(), i + AT_ONCE)));
        }
    }

    private String target(Path from, String to) throws IOException {
        boolean content = from.endsWith(".") || from.endsWith(".."); // as for cp: what is in it
        if (to.isEmpty() || to.endsWith("/") || isFolder(to)) {
            String folder = to.isEmpty() || to.endsWith("/") ? to : to + "/";
            return content
                    ? (folder.isEmpty() ? "." : folder)
                    : folder + from.toRealPath().getFileName();
        }
        return to;
    }

    private boolean isFolder(String path) {
        try {
            return files.stat(path).type() == FileInfo.Type.DIRECTORY;
        } catch (SandboxException e) {
            if (e.code() == ErrorCode.FILE_NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }

    private void folder(Path from, String to) throws IOException {
        Files.walkFileTree(from, Set.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                files.mkdirs(inside(folder));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    fileIfReadable(file, inside(file));
                } else if (attributes.isSymbolicLink()) {
                    leftOut.add(file.toString(), "is a link that cannot be followed");
                } else {
                    leftOut.add(file.toString(), "is neither a file nor a folder");
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                switch (e) {
                    case FileSystemLoopException _ ->
                        leftOut.add(file.toString(), "is a link to a folder that it is in");
                    case AccessDeniedException _ -> leftOut.add(file.toString(), UNREADABLE);
                    default -> throw e;
                }
                return FileVisitResult.CONTINUE;
            }

            private String inside(Path path) {
                String below = from.relativize(path).toString();
                return below.isEmpty() ? to : to + (to.endsWith("/") ? "" : "/") + below;
            }
        });
    }

    private void fileIfReadable(Path from, String to) throws IOException {
        try {
            file(from, to);
        } catch (AccessDeniedException e) {
            leftOut.add(from.toString(), UNREADABLE);
        }
    }

    private void file(Path from, String to) throws IOException {
        try (InputStream content = Files.newInputStream(from)) {
            files.write(to, content, true);
        }
        if (Files.isExecutable(from)) {
            executables.add(to);
        }
    }

    /** A script that could be run here can be run there. */
    private void makeExecutable(List<String> paths) throws InterruptedException {
        var argv = new ArrayList<>(List.of("chmod", "+x", "--"));
        argv.addAll(paths);
        CommandResult done = sandbox.run(
                CommandSpec.builder(argv).cwd(sandbox.info().workspace()).build());
        if (done.exitCode() != 0) {
            System.err.println("sandjar: copied, but not made executable: "
                    + Text.safe(done.stderr().strip()));
        }
    }
}
