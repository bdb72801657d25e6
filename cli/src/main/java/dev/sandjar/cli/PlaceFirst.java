package dev.sandjar.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Some say where before they say what: {@code sandjar --runtime kubernetes run}. A place's options belong to the verb, so they go behind it. */
final class PlaceFirst {
    private static final Set<String> OPTIONS = Set.of("--server", "--place", "--runtime");

    private PlaceFirst() {}

    /** The same words, the verb first; as they are when nothing of a place stands before it. */
    static String[] verbFirst(String... args) {
        int verb = 0;
        while (verb < args.length) {
            int equals = args[verb].indexOf('=');
            if (!OPTIONS.contains(equals < 0 ? args[verb] : args[verb].substring(0, equals))) {
                break;
            }
            verb += equals < 0 ? 2 : 1;
        }
        if (verb == 0 || verb >= args.length) {
            return args;
        }
        var words = new ArrayList<String>();
        words.add(args[verb]);
        words.addAll(List.of(args).subList(0, verb));
        words.addAll(List.of(args).subList(verb + 1, args.length));
        return words.toArray(String[]::new);
    }
}
