package dev.sandjar.cli;

import dev.sandjar.Signal;
import dev.sandjar.Window;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The terminal that we are started in, while it belongs to a command in a sandbox: every key goes there as it is, and nothing is echoed here. By {@code stty},
 * which every machine has, since Java knows nothing of terminals.
 */
final class OwnTerminal implements AutoCloseable {
    private static final Signal RESIZED = new Signal(28);

    private final String before;
    private final Thread atExit = new Thread(this::restore, "terminal");
    private Runnable deaf = () -> {};

    private OwnTerminal(String before) {
        this.before = before;
    }

    /** Whether standard input is one. */
    static boolean isThere() {
        return stty("-g").isPresent();
    }

    /** Its size; of one that does not know, the usual one. */
    static Window size() {
        String[] size = stty("size").orElse("").split(" ");
        try {
            return new Window(Integer.parseInt(size[0]), Integer.parseInt(size[1]));
        } catch (RuntimeException unknown) { // no numbers, or noughts
            return Window.DEFAULT;
        }
    }

    /** Takes it; to be closed. It is as it was then, also when we are killed by a signal that can be heard. */
    static OwnTerminal take() {
        String before = stty("-g").orElseThrow(() -> new IllegalStateException("standard input is no terminal"));
        var terminal = new OwnTerminal(before);
        Runtime.getRuntime().addShutdownHook(terminal.atExit);
        stty("raw", "-echo");
        return terminal;
    }

    /** From now on tells of each new size. */
    void whenResized(Consumer<Window> action) {
        deaf = new SystemSignal().listen(RESIZED, _ -> action.accept(size()));
    }

    private void restore() {
        stty(before);
    }

    @Override
    public void close() {
        deaf.run();
        restore();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException exiting) {
            // then it runs once more, which does no harm
        }
    }

    /** What it says; nothing when standard input is no terminal. */
    private static Optional<String> stty(String... words) {
        var command = new ArrayList<>(List.of("stty"));
        command.addAll(List.of(words));
        try {
            Process stty = new ProcessBuilder(command)
                    .redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String said = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            return stty.waitFor() == 0 ? Optional.of(said) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("stty cannot be run, which terminals need", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
