package dev.sandjar.server.door.rest;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the headers of a form's part say.
 *
 * @param name of the field
 * @param fileName what the client calls the file, without folders; empty when it says nothing
 */
record PartHeaders(String name, String fileName) {
    private static final Pattern PARAMETER = Pattern.compile(";\\s*+([A-Za-z*]++)=(?:\"([^\"]*+)\"|([^;\\s]*+))");

    /** @param headers lines, each with its end */
    static PartHeaders of(String headers) {
        Map<String, String> parameters = new HashMap<>();
        for (String line : headers.split("\n", -1)) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-disposition:")) {
                Matcher parameter = PARAMETER.matcher(line);
                while (parameter.find()) {
                    String value = parameter.group(2) != null ? parameter.group(2) : parameter.group(3);
                    parameters.putIfAbsent(parameter.group(1).toLowerCase(Locale.ROOT), value);
                }
            }
        }
        String extended = parameters.get("filename*");
        String file = extended == null ? parameters.getOrDefault("filename", "") : decoded(extended);
        return new PartHeaders(parameters.getOrDefault("name", ""), lastPart(file));
    }

    boolean isFile() {
        return name.equals("file");
    }

    /** RFC 5987: {@code utf-8''na%C3%AFve.txt}. */
    private static String decoded(String extended) {
        String[] parts = extended.split("'", 3);
        try {
            return parts.length == 3 && parts[0].equalsIgnoreCase("utf-8")
                    ? URLDecoder.decode(parts[2].replace("+", "%2B"), StandardCharsets.UTF_8)
                    : "";
        } catch (IllegalArgumentException notEncoded) {
            return "";
        }
    }

    /** A browser may send a whole path. */
    private static String lastPart(String path) {
        return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    }
}
