package dev.sandjar.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** Words and numbers for people. */
final class Text {
    private Text() {}

    /** What others have written must not steer the reader's terminal, nor pass for lines of ours. */
    static String safe(String text) {
        var safe = new StringBuilder(text.length());
        text.codePoints().map(point -> steers(point) ? '?' : point).forEach(safe::appendCodePoint);
        return safe.toString();
    }

    private static boolean steers(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL, // C0 with ESC, and C1 with CSI
                    Character.FORMAT, // what turns the direction of text around
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> true;
            default -> false;
        };
    }

    /** One word of a command as a shell would need it, and {@link #safe}. */
    static String word(String word) {
        String safe = safe(word);
        return safe.matches("[\\w@%+=:,./-]+") ? safe : "'" + safe.replace("'", "'\\''") + "'";
    }

    static String duration(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 120) {
            return seconds + "s";
        }
        if (seconds < 7_200) {
            return seconds / 60 + "m";
        }
        String hours = seconds / 3_600 + "h";
        // what was given 8 hours has not 7 a second later
        return seconds < 86_400 ? hours + seconds % 3_600 / 60 + "m" : hours;
    }

    static String age(Instant since) {
        return duration(Duration.between(since, Instant.now()));
    }

    static String bytes(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }

    /** Columns as wide as their widest cell; the first row is the head. */
    static String table(List<List<String>> rows) {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        var text = new StringBuilder();
        for (List<String> row : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
