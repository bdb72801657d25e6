package dev.sandjar.kubernetes;

import dev.sandjar.SandboxException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Options as text, each read once by its name; what nobody has read is unknown. */
final class Words {
    private static final String PREFIX = "SANDJAR_KUBERNETES_";

    private final Map<String, String> given;
    private final Map<String, String> environment;
    private final Set<String> known = new TreeSet<>();

    Words(Map<String, String> given, Map<String, String> environment) {
        this.given = given;
        this.environment = environment;
    }

    Optional<String> text(String name) {
        known.add(name);
        String variable = PREFIX + name.toUpperCase(Locale.ROOT).replace('-', '_');
        return Optional.ofNullable(given.get(name))
                .or(() -> Optional.ofNullable(environment.get(variable)))
                .filter(text -> !text.isBlank());
    }

    /** Joined by commas. */
    List<String> list(String name) {
        return text(name).stream()
                .flatMap(text -> Stream.of(text.split(",")))
                .map(String::strip)
                .filter(one -> !one.isEmpty())
                .toList();
    }

    /** {@code name=value}, joined by commas. */
    Map<String, String> map(String name) {
        var all = new LinkedHashMap<String, String>();
        for (String pair : list(name)) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw SandboxException.invalid(name, pair, "name=value, joined by commas");
            }
            all.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return all;
    }

    /** The first is the default. */
    String oneOf(String name, String... allowed) {
        String said = text(name).orElse(allowed[0]);
        if (!List.of(allowed).contains(said)) {
            throw SandboxException.invalid(name, said, String.join(", ", new TreeSet<>(List.of(allowed))));
        }
        return said;
    }

    /** Whole ones, {@code least} to 2^30. */
    Duration seconds(String name, Duration otherwise, int least) {
        double seconds = number(name, (double) otherwise.toSeconds(), least, 1 << 30);
        if (seconds != Math.rint(seconds)) {
            throw SandboxException.invalid(name, seconds, "a whole number of seconds");
        }
        return Duration.ofSeconds((long) seconds);
    }

    double number(String name, double otherwise, double least, double most) {
        String said = text(name).orElse("");
        if (said.isEmpty()) {
            return otherwise;
        }
        try {
            double number = Double.parseDouble(said);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notOne) {
            throw SandboxException.invalid(name, said, "a number");
        }
        throw SandboxException.invalid(name, said, plain(least) + " to " + plain(most));
    }

    private static String plain(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }

    void refuseOthers() {
        var unknown = new TreeSet<>(given.keySet());
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw SandboxException.invalid("option of kubernetes:", unknown.first(), String.join(", ", known));
        }
    }
}
