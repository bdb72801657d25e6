package dev.sandjar;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What callers hang onto a sandbox: a JSON object, kept and given back with its types, never read by us.
 *
 * @param values keys to strings, numbers, booleans, nulls, lists and maps of the same; 64 KiB of text, 4,096 values and 32 levels at most
 */
public record Metadata(Map<String, @Nullable Object> values) {
    /** Of keys and values together, counted in characters. */
    public static final int LARGEST = 64 * 1024;

    /** Values at all levels together: each costs its keeper more than its text. */
    public static final int MOST = 4_096;

    private static final int DEEPEST = 32;
    private static final Metadata EMPTY = new Metadata(Map.of());

    /**
     * Checks and copies. Spelled out, because javac leaves the null-marks of a compact constructor's parameters out of the class file.
     *
     * @param values as above
     */
    public Metadata(Map<String, @Nullable Object> values) {
        var copy = new Copy();
        this.values = copy.map(values, 0);
        if (copy.size > LARGEST) {
            throw SandboxException.invalid("metadata", copy.size + " characters", "at most " + LARGEST);
        }
        if (copy.count > MOST) {
            throw SandboxException.invalid("metadata", copy.count + " values", "at most " + MOST);
        }
    }

    /**
     * From what a JSON library has read.
     *
     * @param json an object as maps, lists, strings, numbers, booleans and nulls
     * @return the metadata
     */
    public static Metadata of(Map<String, ? extends @Nullable Object> json) {
        return new Metadata(new LinkedHashMap<>(json));
    }

    /**
     * No metadata.
     *
     * @return an empty object
     */
    public static Metadata empty() {
        return EMPTY;
    }

    /** Its keys alone: the values are the caller's own. */
    @Override
    public String toString() {
        return "Metadata" + values.keySet();
    }

    private static final class Copy {
        private long size;
        private int count;

        private Map<String, @Nullable Object> map(Map<?, ? extends @Nullable Object> from, int depth) {
            var to = new LinkedHashMap<String, @Nullable Object>();
            from.forEach((key, value) -> {
                if (!(key instanceof String name)) {
                    throw SandboxException.invalid("metadata", "a map with a key " + key, "string keys");
                }
                size += whole(name).length() + 4;
                to.put(name, value(value, depth + 1));
            });
            return Collections.unmodifiableMap(to);
        }

        private List<@Nullable Object> list(List<? extends @Nullable Object> from, int depth) {
            var to = new ArrayList<@Nullable Object>(from.size());
            for (var value : from) {
                to.add(value(value, depth + 1));
            }
            return Collections.unmodifiableList(to);
        }

        private @Nullable Object value(@Nullable Object value, int depth) {
            count++;
            if (depth > DEEPEST) {
                throw SandboxException.invalid("metadata", "nested deeper than " + DEEPEST, "at most " + DEEPEST);
            }
            return switch (value) {
                case null -> sized(4, null);
                case String text -> sized(whole(text).length() + 2, text);
                case Boolean bool -> sized(5, bool);
                case Number number -> sized(number.toString().length(), number);
                case Map<?, ?> map -> map(map, depth);
                case List<?> list -> list(list, depth);
                default ->
                    throw SandboxException.invalid(
                            "metadata", "a " + value.getClass().getSimpleName(), "JSON values");
            };
        }

        /** Half a surrogate pair is no character, and UTF-8 has no bytes for it. */
        private static String whole(String text) {
            if (text.codePoints()
                    .anyMatch(point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE)) {
                throw SandboxException.invalid("metadata", "text with half a surrogate pair", "whole characters");
            }
            return text;
        }

        private @Nullable Object sized(int characters, @Nullable Object value) {
            size += characters + 1;
            return value;
        }
    }
}
