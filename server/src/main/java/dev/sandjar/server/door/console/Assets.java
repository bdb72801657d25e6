package dev.sandjar.server.door.console;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the page is made of, read when it is first asked for. */
final class Assets {
    private static final Pattern NAME = Pattern.compile("(?:[a-z]+/)?[a-z-]+\\.(html|css|m?js|svg)");
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "mjs", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    private final Map<String, Asset> known = new ConcurrentHashMap<>(); // of those that there are, so it is bounded

    /**
     * One part of the page.
     *
     * @param tag names this content, for {@code ETag}
     */
    record Asset(String type, String tag, Buffer content) {}

    /** @param name as in {@code xterm/xterm.css} */
    Optional<Asset> find(String name) {
        Matcher matcher = NAME.matcher(name);
        return matcher.matches()
                ? Optional.ofNullable(known.computeIfAbsent(name, _ -> read(name, TYPES.get(matcher.group(1)))))
                : Optional.empty();
    }

    private static @Nullable Asset read(String name, @Nullable String type) {
        try (InputStream in = Assets.class.getResourceAsStream("/console/" + name)) {
            if (in == null || type == null) {
                return null;
            }
            byte[] content = in.readAllBytes();
            String sum = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
            return new Asset(type, "\"" + sum.substring(0, 32) + "\"", Buffer.buffer(content));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
