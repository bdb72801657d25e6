package dev.sandjar;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Environment variables that {@code execve(2)} can take. */
final class Environment {
    private static final int LARGEST = 128 * 1024; // MAX_ARG_STRLEN: what one string of execve(2) may have

    private Environment() {}

    static Map<String, String> check(String what, Map<String, String> env) {
        if (env.size() > 1_024) {
            throw SandboxException.invalid(what, env.size() + " variables", "at most 1024");
        }
        env.forEach((name, value) -> {
            if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
                throw SandboxException.invalid(
                        what, "a name of " + name.length() + " characters", "not empty, without = and NUL");
            }
            if (value.indexOf('\0') >= 0 || name.length() + value.length() >= LARGEST) {
                throw SandboxException.invalid(
                        what + "." + name, value.length() + " characters", "under 131072, without NUL");
            }
        });
        return Collections.unmodifiableMap(new LinkedHashMap<>(env));
    }
}
