package dev.sandjar.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Rows of figures, each beside its bar. */
final class Table {
    private record Row(String what, String figure, String yardstick, String bar, boolean met) {}

    private final List<Row> rows = new ArrayList<>();

    void add(String what, String figure, String yardstick, String bar, boolean met) {
        rows.add(new Row(what, figure, yardstick, bar, met));
        System.err.println("  " + what + ": " + figure);
    }

    static String number(double value, String unit) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f %s" : "%.1f %s", value, unit);
    }

    void print() {
        System.out.println("| what | figure | yardstick in the same run | bar | met |");
        System.out.println("|---|---|---|---|---|");
        for (Row row : rows) {
            System.out.println("| " + row.what + " | " + row.figure + " | " + row.yardstick + " | " + row.bar + " | "
                    + (row.bar.isEmpty() ? "" : row.met ? "yes" : "**no**") + " |");
        }
    }
}
