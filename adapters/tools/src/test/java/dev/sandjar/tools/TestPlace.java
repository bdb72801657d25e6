package dev.sandjar.tools;

import dev.sandjar.Sandboxes;
import java.util.Map;

/** This machine, with a home of the tests' own. */
final class TestPlace {
    private TestPlace() {}

    static Sandboxes open() {
        return Sandboxes.open("local:", Map.of("home", "/var/lib/sandjar-test/tools"));
    }
}
