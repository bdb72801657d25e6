package dev.sandjar.server.door.kubebox;

import dev.sandjar.ErrorCode;
import dev.sandjar.FileInfo;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxFiles;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/** All files below a folder that some patterns find; links are not followed. */
final class Tree {
    private static final int MOST_ENTRIES = 200_000;
    private static final int MOST_CHARACTERS = 8 << 20; // of all paths together
    private static final int OVERHEAD = 64; // bytes of a path besides its characters

    private final SandboxFiles files;
    private final Regexes regexes;
    private final LongConsumer room;
    private final ArrayDeque<String> folders = new ArrayDeque<>(List.of("."));
    private final List<String> found = new ArrayList<>();
    private long characters; // of what is in both
    private int seen;

    /** @param room is told of so many bytes more before they are held */
    Tree(SandboxFiles files, Regexes regexes, LongConsumer room) {
        this.files = files;
        this.regexes = regexes;
        this.room = room;
    }

    List<String> paths() {
        while (!folders.isEmpty()) {
            look(folders.remove());
        }
        return found;
    }

    private void look(String folder) {
        try (Stream<FileInfo> entries = files.entries(folder)) {
            entries.forEach(entry -> take((folder.equals(".") ? "" : folder + "/") + entry.name(), entry.type()));
        } catch (SandboxException e) {
            if (e.code() != ErrorCode.FILE_NOT_FOUND && e.code() != ErrorCode.PERMISSION_DENIED) {
                throw e; // the others are gone meanwhile, or closed to the sandbox's user
            }
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // fair to others, and right without it
    private void take(String path, FileInfo.Type type) {
        Thread.yield(); // nothing else here waits, and others want the processor too
        boolean folder = type == FileInfo.Type.DIRECTORY;
        if (folder || regexes.find(path)) {
            room.accept(OVERHEAD + 2L * path.length());
            (folder ? folders : found).add(path);
            characters += path.length();
        }
        if (++seen > MOST_ENTRIES || characters > MOST_CHARACTERS) {
            throw new Refusal(413, "There are too many files for one answer; run find in the session");
        }
    }
}
