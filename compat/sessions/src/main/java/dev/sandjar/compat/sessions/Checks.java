package dev.sandjar.compat.sessions;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Refuses bad arguments before anything is sent. */
final class Checks {
    static final Duration SHORTEST_RUN = Duration.ofSeconds(1);
    static final Duration LONGEST_RUN = Duration.ofMinutes(5);

    private static final String LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final String UNRESERVED = "-._~"; // with letters and digits: RFC 3986, 2.3

    private Checks() {}

    static int inRange(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed: " + least + " to " + most);
        }
        return value;
    }

    /** In whole seconds, which is all that the API can tell. */
    static int seconds(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0
                || value.compareTo(most) > 0
                || !value.equals(Duration.ofSeconds(value.toSeconds()))) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed: " + least.toSeconds() + " to "
                    + most.toSeconds() + " whole seconds");
        }
        return Math.toIntExact(value.toSeconds());
    }

    /** For limits of our own: nothing waits for ever. */
    static Duration limit(String name, Duration value) {
        if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(Duration.ofHours(24)) > 0) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed: 1 millisecond to 24 hours");
        }
        return value;
    }

    static String notBlank(String name, String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(name + " is blank");
        }
        return value;
    }

    /** An id as a part of a path: whatever it holds, it leads nowhere else and ends no line. */
    static String segment(String name, String value) {
        notBlank(name, value);
        if (value.equals(".") || value.equals("..") || value.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    name + " is " + quoted(value) + ", allowed: what the server gave as one");
        }
        return percent(value, UNRESERVED);
    }

    /** A path of folders and a name as a part of a URL's path. */
    static String path(String name, String value) {
        notBlank(name, value);
        for (String part : value.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                throw new IllegalArgumentException(
                        name + " is " + quoted(value) + ", allowed: a relative path without empty parts, . and ..");
            }
        }
        return percent(value, UNRESERVED + "/");
    }

    /** A value in a URL's query. */
    static String query(String value) {
        return percent(value, UNRESERVED + "/");
    }

    private static String percent(String value, String kept) {
        var text = new StringBuilder();
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            if ((kept + LETTERS).indexOf(b) >= 0) {
                text.append((char) b);
            } else {
                text.append(String.format("%%%02X", b));
            }
        }
        return text.toString();
    }

    /** A secret that goes into a header; it is in no message. */
    static String token(String value) {
        if (value.isEmpty() || !value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("token is empty or has spaces, line ends or characters beyond ASCII");
        }
        return value;
    }

    static String headerName(String value) {
        if (!value.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")) {
            throw new IllegalArgumentException("header name is " + quoted(value) + ", allowed: letters, digits, -");
        }
        return value;
    }

    /** May be a secret too. */
    static String headerValue(String name, String value) {
        if (!value.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("header " + name + " has line ends or characters beyond ASCII");
        }
        return value;
    }

    /** Fit for a message: one line, not too long. */
    static String quoted(String value) {
        return '"' + plain(value, 80) + '"';
    }

    /** Without what would begin another line, and cut. */
    static String plain(String value, int most) {
        String line = value.replaceAll("\\p{Cntrl}", "?");
        return line.length() <= most ? line : line.substring(0, most) + "...";
    }
}
