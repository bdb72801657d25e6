package dev.sandjar;

import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Linux signal numbers, the same on x86-64 and aarch64 (signal(7)). */
final class Signals {
    static final int HIGHEST = 64;

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(1, "HUP"),
            Map.entry(2, "INT"),
            Map.entry(3, "QUIT"),
            Map.entry(4, "ILL"),
            Map.entry(5, "TRAP"),
            Map.entry(6, "ABRT"),
            Map.entry(7, "BUS"),
            Map.entry(8, "FPE"),
            Map.entry(9, "KILL"),
            Map.entry(10, "USR1"),
            Map.entry(11, "SEGV"),
            Map.entry(12, "USR2"),
            Map.entry(13, "PIPE"),
            Map.entry(14, "ALRM"),
            Map.entry(15, "TERM"),
            Map.entry(16, "STKFLT"),
            Map.entry(17, "CHLD"),
            Map.entry(18, "CONT"),
            Map.entry(19, "STOP"),
            Map.entry(20, "TSTP"),
            Map.entry(21, "TTIN"),
            Map.entry(22, "TTOU"),
            Map.entry(23, "URG"),
            Map.entry(24, "XCPU"),
            Map.entry(25, "XFSZ"),
            Map.entry(26, "VTALRM"),
            Map.entry(27, "PROF"),
            Map.entry(28, "WINCH"),
            Map.entry(29, "IO"),
            Map.entry(30, "PWR"),
            Map.entry(31, "SYS"));

    private Signals() {}

    static String name(int number) {
        return NAMES.getOrDefault(number, "RT" + number); // real-time signals have no names of their own
    }

    /** What {@link #name} gives, or the number itself; empty when it is neither. */
    static OptionalInt number(String text) {
        return IntStream.rangeClosed(1, HIGHEST)
                .filter(number -> text.equals(name(number)) || text.equals(Integer.toString(number)))
                .findFirst();
    }
}
