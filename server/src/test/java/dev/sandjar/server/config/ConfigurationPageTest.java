package dev.sandjar.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.WithDefault;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page of all settings has all settings, with their defaults, and no others. */
class ConfigurationPageTest {
    private static final Path PAGE = Path.of("../docs/configuration.md");
    private static final Pattern LIMIT = Pattern.compile("(?:Deadline\\.in|deadlineExceeded)\\(\\s*\"([a-z]+)\"");
    private static final Pattern ROW =
            Pattern.compile("^\\| `(sandjar\\.[^`]*)` \\| (?:`([^`]*)`)? ?\\|", Pattern.MULTILINE);

    /** What the page shows where the default is made at run time. */
    private static final Map<String, String> MADE = Map.of("sandjar.auth.token-file", "~/.config/sandjar/token");

    @Test
    void thePageAndTheCodeHaveTheSameKeysAndDefaults() throws IOException {
        var written = new TreeMap<String, String>();
        ROW.matcher(Files.readString(PAGE))
                .results()
                .forEach(row -> written.put(row.group(1), row.group(2) == null ? "" : row.group(2)));
        var known = new TreeMap<String, String>();
        collect("sandjar", ServerConfig.class, known);
        known.putAll(MADE);
        assertThat(written).isEqualTo(known).hasSizeGreaterThan(20);
    }

    /** An error that names a limit must name one that can be raised. */
    @Test
    void everyLimitThatStrikesIsAKey() throws IOException {
        var named = new TreeSet<String>();
        for (String module : List.of("engine", "server", "runtime-oci")) {
            try (var files = Files.walk(Path.of("..", module, "src/main/java"))) {
                for (Path file :
                        (Iterable<Path>) files.filter(one -> one.toString().endsWith(".java"))::iterator) {
                    LIMIT.matcher(Files.readString(file)).results().forEach(limit -> named.add(limit.group(1)));
                }
            }
        }
        assertThat(named).contains("create", "agent", "destroy", "pull", "cleanup", "doctor", "body");
        for (String limit : named) {
            assertThat(Files.readString(PAGE)).contains("| `sandjar.limits." + limit + "` |");
        }
    }

    private static void collect(String prefix, Class<?> subject, Map<String, String> keys) {
        for (Method method : subject.getDeclaredMethods()) {
            String key =
                    prefix + "." + method.getName().replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT);
            Type type = method.getGenericReturnType();
            if (method.getReturnType() == Map.class) {
                Class<?> value = (Class<?>) ((ParameterizedType) type).getActualTypeArguments()[1];
                if (value.isInterface()) {
                    collect(key + ".NAME", value, keys);
                } else {
                    keys.put(key + ".X", "");
                }
            } else if (method.getReturnType().getEnclosingClass() == ServerConfig.class) {
                collect(key, method.getReturnType(), keys);
            } else {
                WithDefault preset = method.getAnnotation(WithDefault.class);
                keys.put(key, preset == null ? "" : preset.value());
            }
        }
    }
}
