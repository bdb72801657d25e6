package dev.sandjar.cli;

import java.util.HashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Breaks help into lines as wide as the terminal, between words alone: picocli would break a path or an address behind each slash. */
final class HelpLines {
    private static final int UNBROKEN = 2_000; // columns; wider than any line of ours
    private static final Pattern STYLE = Pattern.compile("\u001b\\[[0-9;]*m");
    private static final Pattern LEFT =
            Pattern.compile(" +(\\S.*? {2,})?"); // of two columns, or what a line is indented by

    private int width; // 0: not asked yet, which takes a process

    private HelpLines() {}

    /** Called by picocli once help is wanted: all others do not pay for it. */
    static Help of(CommandSpec verb, Help.ColorScheme colours) {
        var lines = new HelpLines();
        var sections = new HashMap<String, IHelpSectionRenderer>();
        verb.usageMessage()
                .width(UNBROKEN)
                .sectionMap()
                .forEach((name, section) -> sections.put(
                        name,
                        name.equals(UsageMessageSpec.SECTION_KEY_SYNOPSIS)
                                ? help -> lines.synopsis(help, section.render(help))
                                : help -> broken(section.render(help), lines.width())));
        verb.usageMessage().sectionMap(sections);
        return new Help(verb, colours);
    }

    private int width() {
        if (width == 0) {
            width = CommandSpec.create().usageMessage().autoWidth(true).width();
        }
        return width;
    }

    /** Its heading stands in front of it already; what follows its first line stands below the options. */
    private String synopsis(Help help, String text) {
        String heading = help.synopsisHeading();
        int indent = heading.length() + help.commandSpec().qualifiedName().length() + 1;
        return broken(heading, text.stripTrailing(), indent, width()).substring(heading.length()) + "\n";
    }

    /** Each line of a text; what goes on in the next one stands below the right column. */
    static String broken(String text, int width) {
        return Stream.of(text.split("\n", -1))
                .map(line -> {
                    Matcher left = LEFT.matcher(line);
                    String column = left.lookingAt() ? left.group() : "";
                    return broken(column, line.substring(column.length()), length(column), width);
                })
                .collect(Collectors.joining("\n"));
    }

    private static String broken(String column, String text, int indent, int width) {
        if (length(column) + length(text) <= width) {
            return column + text;
        }
        String below = "\n" + " ".repeat(Math.min(indent, width / 2));
        var lines = new StringBuilder(column);
        int at = length(column);
        boolean begun = false;
        for (String word : text.split(" ")) {
            if (begun && at + 1 + length(word) > width) {
                lines.append(below);
                at = below.length() - 1;
            } else if (begun) {
                lines.append(' ');
                at++;
            }
            lines.append(word);
            at += length(word);
            begun = true;
        }
        return lines.toString();
    }

    /** As it is seen. */
    private static int length(String text) {
        return STYLE.matcher(text).replaceAll("").length();
    }
}
