package dev.sandjar.tools;

import dev.sandjar.ErrorCode;
import dev.sandjar.FileInfo;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxFiles;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.stream.Stream;

/** A sandbox's files in pieces that a model can read and change. Nothing here holds more of a file than it shows, but {@link #edit}. */
final class TextFiles {
    private static final int LARGEST_EDIT = 4 << 20;

    private final SandboxFiles files;
    private final int most;

    /** @param most how many bytes of a file, or characters of a list, are shown */
    TextFiles(SandboxFiles files, int most) {
        this.files = files;
        this.most = most;
    }

    /** Shows lines, whole ones as far as one fits. */
    String read(String path, int fromLine, int lineCount) throws IOException {
        try (InputStream in = new BufferedInputStream(files.open(path), 1 << 16)) {
            var page = new Page(path, fromLine, lineCount, most);
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (next == 0) {
                    return "binary, and not shown: " + path + ", "
                            + files.stat(path).size()
                            + " bytes; look into it by " + ToolWords.RUN_COMMAND
                            + ", such as with file, strings or od";
                }
                if (!page.takes(next)) {
                    return page.text(false);
                }
            }
            return page.text(true);
        }
    }

    /** Replaces the only occurrence of a text. */
    String edit(String path, String oldText, String newText) throws IOException {
        // A character for each byte: what is no UTF-8 around the text stays as it is.
        String content = new String(all(path), StandardCharsets.ISO_8859_1);
        String wanted = bytewise(oldText);
        int at = wanted.isEmpty() ? -1 : content.indexOf(wanted);
        if (at < 0) {
            return "error: the old text is not in " + path
                    + ", nothing was changed; read the file, and copy the text exactly as it stands there";
        }
        if (content.indexOf(wanted, at + 1) >= 0) {
            return "error: the old text is in " + path
                    + " more than once, nothing was changed; take in lines before and after it";
        }
        String after = content.substring(0, at) + bytewise(newText) + content.substring(at + wanted.length());
        files.write(path, after.getBytes(StandardCharsets.ISO_8859_1));
        return "edited " + path + ", line "
                + (content.substring(0, at).chars().filter(c -> c == '\n').count() + 1);
    }

    private byte[] all(String path) throws IOException {
        try (InputStream in = files.open(path)) {
            byte[] all = in.readNBytes(LARGEST_EDIT + 1);
            if (all.length > LARGEST_EDIT) {
                throw new SandboxException(
                        ErrorCode.TOO_LARGE,
                        "file " + path + " is larger than " + LARGEST_EDIT + " bytes",
                        "change it by " + ToolWords.RUN_COMMAND + ", such as with sed",
                        null);
            }
            return all;
        }
    }

    private static String bytewise(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** Lists a folder. */
    String list(String path) {
        var shown = new StringBuilder();
        int count = 0;
        try (Stream<FileInfo> entries = files.entries(path)) {
            Iterator<FileInfo> each = entries.iterator();
            while (each.hasNext()) {
                String line = line(each.next());
                if (shown.length() + line.length() > most) {
                    return "entries of folder " + path + ": the first " + count + "; for more use "
                            + ToolWords.RUN_COMMAND + ", such as ls or find\n" + shown;
                }
                shown.append(line);
                count++;
            }
        }
        return "entries of folder " + path + ": " + count + "\n" + shown;
    }

    private static String line(FileInfo entry) {
        String name = printable(entry.name());
        return switch (entry.type()) {
            case DIRECTORY -> name + "/\n";
            case FILE -> name + " (" + entry.size() + " bytes)\n";
            case SYMLINK -> name + " (symbolic link)\n";
            case OTHER -> name + " (neither file nor folder)\n";
        };
    }

    /** A name may have line feeds in it, and would be two entries. */
    private static String printable(String name) {
        var printable = new StringBuilder();
        name.codePoints().forEach(point -> {
            if (Character.isISOControl(point)) {
                printable.append(String.format("\\x%02x", point));
            } else {
                printable.appendCodePoint(point);
            }
        });
        return printable.toString();
    }
}
