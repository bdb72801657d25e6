package dev.sandjar.server;

import dev.sandjar.SandboxException;
import java.net.BindException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Why the server could not start, in the words of whoever set it up.
 *
 * @param what in one sentence
 * @param remedy the next thing to do
 */
record StartFailure(String what, String remedy) {
    /** Around what helps the framework has names of classes and codes. */
    private static final Pattern SETTING = Pattern.compile(
            "The config property (\\S+) with the config value \"(.*?)\" threw an Exception .*?(Expected [^,]*|$)",
            Pattern.DOTALL);

    private static final String SETTINGS = "docs/configuration.md has every setting and what it may be";

    /** @param given settings and options by their names, as far as they were given */
    static StartFailure of(Throwable problem, Map<String, String> given) {
        for (Throwable each = problem; each != null; each = each.getCause()) { // getCause never gives itself
            Matcher setting = SETTING.matcher(String.valueOf(each.getMessage()));
            if (setting.find()) {
                return new StartFailure(
                        "setting " + setting.group(1) + " is \"" + setting.group(2) + "\". " + setting.group(3),
                        SETTINGS);
            }
        }
        Throwable innermost = innermost(problem);
        String message = Objects.requireNonNullElse(innermost.getMessage(), innermost.toString());
        return switch (innermost) {
            case SandboxException known -> new StartFailure(message, known.remedy());
            case AccessDeniedException denied ->
                new StartFailure(
                        by(denied.getFile(), given) + denied.getFile() + " may not be read or written by you",
                        "run it with sudo, or name another place; " + SETTINGS);
            case NoSuchFileException missing ->
                new StartFailure(by(missing.getFile(), given) + "there is no " + missing.getFile(), SETTINGS);
            case BindException _ ->
                new StartFailure(message, "stop what listens there, or run: sandjar serve --port 0");
            case UnknownHostException _ ->
                new StartFailure(
                        message, "listen at an address of this machine, such as --host 127.0.0.1 or --host 0.0.0.0");
            default -> new StartFailure(message, SETTINGS);
        };
    }

    /** Which setting it comes from, where one has just that value. */
    private static String by(String value, Map<String, String> given) {
        return given.entrySet().stream()
                .filter(setting -> setting.getValue().equals(value))
                .map(setting -> setting.getKey() + ": ")
                .findFirst()
                .orElse("");
    }

    private static Throwable innermost(Throwable problem) {
        Throwable innermost = problem;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        return innermost;
    }
}
