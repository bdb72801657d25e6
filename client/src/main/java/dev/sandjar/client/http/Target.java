package dev.sandjar.client.http;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** A path with a query, escaped. */
public final class Target {
    private final String text;

    private Target(String text) {
        this.text = text;
    }

    /** A path of these parts, each escaped by itself. */
    public static Target of(Object... parts) {
        var path = new StringBuilder();
        for (Object part : parts) {
            path.append('/').append(escaped(part));
        }
        return new Target(path.toString());
    }

    /** Adds a parameter. */
    public Target with(String name, Object value) {
        return new Target(text + (text.indexOf('?') < 0 ? '?' : '&') + name + '=' + escaped(value));
    }

    private static String escaped(Object part) {
        return URLEncoder.encode(part.toString(), StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public String toString() {
        return text;
    }
}
