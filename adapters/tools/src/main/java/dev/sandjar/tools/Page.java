package dev.sandjar.tools;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import java.io.ByteArrayOutputStream;

/** Some lines of a file, taken in as its bytes go by. */
final class Page {
    /** How far into a file a line may lie: nobody waits for what is behind terabytes. */
    private static final int FARTHEST = 64 << 20;

    private final String path;
    private final int fromLine;
    private final int lineCount;
    private final int most;
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private int line = 1;
    private int wholeLines; // bytes of what is shown, up to its last line feed
    private int passed;
    private int last = '\n';

    /**
     * @param fromLine 1 or more
     * @param lineCount 1 or more
     * @param most bytes that fit
     */
    Page(String path, int fromLine, int lineCount, int most) {
        this.path = path;
        this.fromLine = fromLine;
        this.lineCount = lineCount;
        this.most = most;
    }

    /** Takes a byte in; false when it is one more than the page has room for. */
    boolean takes(int next) {
        if (line >= fromLine) {
            if (line - fromLine >= lineCount || shown.size() == most) {
                return false;
            }
            shown.write(next);
        } else if (passed++ == FARTHEST) {
            throw new SandboxException(
                    ErrorCode.TOO_LARGE,
                    "line " + fromLine + " of " + path + " is farther in than " + FARTHEST + " bytes",
                    "use " + ToolWords.RUN_COMMAND + ", such as tail -c or sed -n",
                    null);
        }
        if (next == '\n') {
            line++;
            wholeLines = shown.size();
        }
        last = next;
        return true;
    }

    /**
     * What the model reads: which lines, then themselves.
     *
     * @param toEnd whether the file's last byte was taken in
     */
    String text(boolean toEnd) {
        if (toEnd) {
            return atEnd(last == '\n' ? line - 1 : line);
        }
        if (wholeLines == 0) {
            return "the beginning of line " + line + " of " + path + ", which is longer than is shown; use "
                    + ToolWords.RUN_COMMAND + " for the rest, such as cut -c\n" + decode(shown.size());
        }
        return "lines " + fromLine + " to " + (line - 1) + " of " + path + "; read on from line " + line + "\n"
                + decode(wholeLines);
    }

    private String atEnd(int lines) {
        if (lines == 0) {
            return "empty: " + path;
        }
        if (lines < fromLine) {
            return "error: fromLine is " + fromLine + ", but " + path + " ends with line " + lines;
        }
        return "lines " + fromLine + " to " + lines + " of " + path + ", its end\n" + decode(shown.size());
    }

    private String decode(int length) {
        return HeadAndTail.decode(shown.toByteArray(), 0, length);
    }
}
