package dev.sandjar.cli;

import dev.sandjar.ErrorCode;
import dev.sandjar.FileInfo;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxFiles;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Files of a sandbox, onto this machine. Their names are a stranger's: none may lead out of the folder that was meant. */
final class Download {
    private static final int DEEPEST = 100; // a hostile sandbox answers for ever

    private final SandboxFiles files;
    private final LeftOut leftOut;

    Download(SandboxFiles files, LeftOut leftOut) {
        this.files = files;
        this.leftOut = leftOut;
    }

    void toStandardOutput(String from) throws IOException {
        try (InputStream content = files.open(from);
                OutputStream to = new FileOutputStream(FileDescriptor.out)) {
            content.transferTo(to);
        }
    }

    void copy(String from, Path to) throws IOException {
        FileInfo info = files.stat(from.isEmpty() ? "." : from);
        String name = lastPart(from);
        Path target = Files.isDirectory(to) && !name.isEmpty() ? to.resolve(name) : to;
        if (info.type() == FileInfo.Type.DIRECTORY) {
            folder(info.path(), target, 0);
        } else {
            named(info, target);
        }
    }

    /** Where the user has said: through a link, and into a device or pipe, as cp does. */
    private void named(FileInfo info, Path target) throws IOException {
        if (Files.exists(target) && (!Files.isRegularFile(target) || isDevice(target))) {
            try (InputStream content = files.open(info.path());
                    OutputStream to = Files.newOutputStream(target, StandardOpenOption.APPEND)) {
                content.transferTo(to);
            }
        } else {
            file(info, info.path(), Files.exists(target) ? target.toRealPath() : target);
        }
    }

    /** {@code /dev/stdout} may lead to a regular file, which somebody else has open and reads or writes. */
    private static boolean isDevice(Path target) {
        Path path = target.toAbsolutePath();
        return path.startsWith("/dev") || path.startsWith("/proc");
    }

    /** Of the path as the user typed it; empty where it says "what is in it". */
    private static String lastPart(String path) {
        String trimmed = path.replaceAll("/+$", "");
        String last = trimmed.substring(trimmed.lastIndexOf('/') + 1);
        return last.equals(".") || last.equals("..") ? "" : last;
    }

    private void folder(String from, Path to, int depth) throws IOException {
        if (depth > DEEPEST) {
            throw SandboxException.invalid("the depth of the folder", "over " + DEEPEST, "at most " + DEEPEST);
        }
        List<FileInfo> entries = files.list(from);
        Files.createDirectories(to);
        for (FileInfo entry : entries) {
            Path target = to.resolve(plain(entry.name()));
            String inside = (from.endsWith("/") ? from : from + "/") + entry.name();
            try {
                inFolder(entry, inside, target, depth);
            } catch (SandboxException e) {
                leaveOut(inside, e);
            }
        }
    }

    private void inFolder(FileInfo entry, String inside, Path target, int depth) throws IOException {
        switch (entry.type()) {
            case DIRECTORY -> folder(inside, ownFolder(target), depth + 1);
            case FILE -> file(entry, inside, target);
            case SYMLINK -> link(entry, inside, target);
            case OTHER -> leftOut.add(inside, "is neither a file nor a folder");
        }
    }

    /** One file's own trouble does not keep the others from being copied. */
    private void leaveOut(String path, SandboxException why) {
        switch (why.code()) {
            case PERMISSION_DENIED -> leftOut.add(path, "may not be read by the sandbox's user");
            case FILE_NOT_FOUND -> leftOut.add(path, "is gone");
            default -> throw why;
        }
    }

    /** A link here, made before, must not lead what we write elsewhere. */
    private static Path ownFolder(Path folder) throws IOException {
        if (Files.isSymbolicLink(folder)) {
            Files.delete(folder);
        }
        return folder;
    }

    private void link(FileInfo entry, String inside, Path target) throws IOException {
        try {
            file(entry, inside, target); // a copy of the file that it leads to
        } catch (SandboxException e) {
            if (e.code() == ErrorCode.SANDBOX_LOST || e.code() == ErrorCode.UNAVAILABLE) {
                throw e;
            }
            leftOut.add(inside, "is a link that cannot be followed to a file");
        }
    }

    private void file(FileInfo info, String from, Path target) throws IOException {
        try {
            wholeFile(info, from, target);
        } catch (IOException e) {
            throw about(target, e);
        }
    }

    /** The same of the file that was meant, instead of the one beside it that is written first. */
    private static IOException about(Path target, IOException e) {
        return switch (e) {
            case NoSuchFileException folder -> folder;
            case AccessDeniedException _ -> new AccessDeniedException(target.toString());
            case FileSystemException file -> new FileSystemException(target.toString(), null, file.getReason());
            case IOException io when io.getCause() instanceof SandboxException -> io;
            default -> new FileSystemException(target.toString(), null, e.getMessage());
        };
    }

    /** All or nothing: until the last byte is there, the old file or none is seen. */
    private void wholeFile(FileInfo info, String from, Path target) throws IOException {
        Path folder = target.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            throw new NoSuchFileException(folder.toString());
        }
        Path part = Files.createTempFile(folder == null ? target : folder, ".sandjar-", ".part");
        try {
            try (InputStream content = files.open(from);
                    OutputStream to = Files.newOutputStream(part)) {
                content.transferTo(to);
            }
            Files.setPosixFilePermissions(part, Modes.ofNewFile(info));
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static String plain(String name) {
        if (name.isEmpty()
                || name.equals(".")
                || name.equals("..")
                || name.indexOf('/') >= 0
                || name.indexOf('\0') >= 0) {
            throw SandboxException.invalid("a file's name", '"' + Text.safe(name) + '"', "a plain name");
        }
        return name;
    }
}
