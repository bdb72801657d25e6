package dev.sandjar.server.door.kubebox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandjar.CommandSpec;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.wire.Json;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A Chromium in a sandbox, spoken to in its DevTools protocol over the command's input and output: messages of JSON, each with a NUL behind it. */
final class Browser implements AutoCloseable {
    /** What Playwright has installed first; then Debian's, which is behind a script that wants more of a system than every image has. */
    private static final String START = """
            for one in "$HOME"/.cache/ms-playwright/chromium*/*/chrome /root/.cache/ms-playwright/chromium*/*/chrome \
                /usr/lib/chromium/chromium chromium chromium-browser google-chrome chrome headless_shell; do
              browser=$(command -v "$one") || continue
              HOME=$(mktemp -d) || exit
              export HOME TMPDIR="$HOME"
              "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
                  --disable-background-networking --disable-component-update --user-data-dir="$HOME" \
                  --remote-debugging-pipe 3<&0 4>&1 >/dev/null 2>&1
              rm -rf "$HOME"
              exit
            done
            exit 127
            """;

    private static final Duration LONGEST = Duration.ofMinutes(2);
    private static final Duration GOODBYE = Duration.ofSeconds(5);
    private static final int LARGEST_MESSAGE = 256 * 1024;
    private static final int AHEAD = 4; // messages that wait here before the browser does

    private final RunningCommand command;
    private final OutputStream input;
    private final BlockingQueue<Optional<byte[]>> heard = new LinkedBlockingQueue<>(AHEAD); // empty: the end
    private final Thread listener;
    private int calls;
    private int unreadable;

    Browser(Sandbox sandbox) {
        command = sandbox.start(CommandSpec.builder(List.of("/bin/sh", "-c", START))
                .stdin(true)
                .limit(LONGEST)
                .build());
        input = command.stdin();
        listener = Thread.ofVirtual().name("kubebox-browser").start(this::listen);
    }

    private void listen() {
        try (var output = new BufferedInputStream(command.stdout())) {
            for (byte[] message = message(output); message != null; message = message(output)) {
                heard.put(Optional.of(message));
            }
            heard.put(Optional.empty());
        } catch (IOException e) {
            heard.offer(Optional.empty());
        } catch (InterruptedException e) {
            // nobody listens any more
        }
    }

    /** The next one, of which no more is kept than the largest may have; null at the end. */
    private static byte @Nullable [] message(InputStream output) throws IOException {
        var bytes = new ByteArrayOutputStream();
        for (int one = output.read(); one >= 0; one = output.read()) {
            if (one == 0) {
                return bytes.toByteArray();
            }
            if (bytes.size() < LARGEST_MESSAGE) {
                bytes.write(one);
            }
        }
        return null;
    }

    /** Calls a method of a session, or of the browser where that is empty, and hands on what is heard before its answer comes. */
    JsonNode call(String session, String method, ObjectNode parameters, long end, Consumer<JsonNode> events)
            throws IOException, InterruptedException {
        int id = ++calls;
        ObjectNode message = Json.object().put("id", id).put("method", method);
        message.set("params", parameters);
        if (!session.isEmpty()) {
            message.put("sessionId", session);
        }
        input.write(Json.bytes(message));
        input.write(0);
        input.flush();
        var result = new AtomicReference<@Nullable JsonNode>();
        while (result.get() == null) {
            boolean inTime = next(end, said -> {
                if (said.path("id").asInt() == id) {
                    result.set(said.path("result"));
                } else {
                    events.accept(said);
                }
            });
            if (!inTime) {
                throw new Refusal(504, method + " took the browser too long");
            }
        }
        return Objects.requireNonNull(result.get());
    }

    /**
     * Hands on what it says next, of which nothing is kept here; false when that is not before the end.
     *
     * @param end in the time of {@link System#nanoTime}
     * @throws SandboxException {@code NOT_SUPPORTED} when there is no browser
     */
    boolean next(long end, Consumer<JsonNode> to) throws InterruptedException {
        long left = end - System.nanoTime();
        Optional<byte[]> next = left > 0 ? heard.poll(left, TimeUnit.NANOSECONDS) : null;
        if (next == null) {
            return false;
        }
        if (next.isEmpty()) {
            throw ended();
        }
        try {
            to.accept(Json.parseRequest(next.get()));
        } catch (JsonProcessingException e) {
            unreadable++;
        }
        return true;
    }

    private RuntimeException ended() throws InterruptedException {
        return command.await().shellStatus() == 127
                ? SandboxException.notSupported(
                        "get_website_console_logs", "this sandbox's image", "use one that has Chromium or Chrome")
                : new Refusal(502, "The browser in the sandbox has ended; perhaps it needs more memory");
    }

    /** How many messages were too large, or from a browser that is none. */
    int unreadable() {
        return unreadable;
    }

    @Override
    public void close() {
        try {
            input.write(Json.bytes(Json.object().put("id", ++calls).put("method", "Browser.close")));
            input.write(0);
            input.close();
            heard.clear();
            command.await(GOODBYE);
        } catch (IOException e) {
            // it has ended
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            listener.interrupt();
            command.kill();
            command.close();
        }
    }
}
