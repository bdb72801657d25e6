package dev.sandjar.cli;

import dev.sandjar.ErrorCode;
import dev.sandjar.Output;
import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A command's terminal in ours, until it ends or we leave it by Ctrl-P Ctrl-Q. */
final class TerminalSession {
    private TerminalSession() {}

    /**
     * Runs until the command has ended, or goes on without us.
     *
     * @param output the command's
     * @param home where to come back to it; empty when it cannot be left, since its sandbox goes with us
     * @param past up to which offset its output was written before we came
     * @return the exit code to end with
     */
    static int join(RunningCommand command, Following output, Optional<SandboxId> home, long past)
            throws InterruptedException {
        OutputStream input = input(command); // before we take our terminal: whatever this waits for, Ctrl-C ends
        ByteBuffer old = until(past, output);
        var keyboard = new Keyboard(input, home.isPresent(), output::leave);
        try (var terminal = OwnTerminal.take();
                var screen = new Screen(keyboard)) {
            terminal.whenResized(window -> {
                try {
                    command.resize(window);
                } catch (SandboxException ended) {
                    // whoever reads its output hears of it
                }
            });
            command.resize(OwnTerminal.size()); // after we listen: none is missed
            screen.begin(old);
            if (input == null) {
                Screen.note("somebody else types there; watching, until Ctrl-C");
            }
            while (output.hasNext()) {
                screen.write(output.next());
            }
        } catch (IOException nobodyReads) {
            return output.left().orElseGet(() -> PassThrough.broken(nobodyReads));
        }
        if (output.left().isEmpty()) {
            return PassThrough.report(command.await());
        }
        home.ifPresent(sandbox ->
                System.err.println("\nleft; it goes on. Come back: sandjar attach " + sandbox + " " + command.id()));
        return output.left().getAsInt();
    }

    /** Null when somebody else has it: one writes at a time. */
    private static @Nullable OutputStream input(RunningCommand command) {
        try {
            return command.stdin();
        } catch (SandboxException e) {
            if (e.code() == ErrorCode.NO_CAPACITY) {
                return null;
            }
            throw e;
        }
    }

    /** Reads what was written before an offset. What begins in the middle does so in the middle of a sequence or a sign, and is cut to whole lines, if it has some. */
    private static ByteBuffer until(long offset, Following output) {
        var old = new ByteArrayOutputStream();
        boolean cut = false;
        for (long at = 0; at < offset && output.hasNext(); ) {
            switch (output.next()) {
                case Output.Chunk(var _, long from, ByteBuffer bytes) -> {
                    cut |= from > at;
                    at = from + bytes.remaining();
                    byte[] piece = new byte[bytes.remaining()];
                    bytes.get(piece);
                    old.writeBytes(piece);
                }
                case Output.Gap(long _, long to) -> {
                    cut = true;
                    at = to;
                    old.reset();
                }
            }
        }
        var all = ByteBuffer.wrap(old.toByteArray());
        return cut ? all.position(afterFirstLine(all)) : all;
    }

    private static int afterFirstLine(ByteBuffer bytes) {
        for (int i = 0; i < bytes.limit(); i++) {
            if (bytes.get(i) == '\n') {
                return i + 1;
            }
        }
        return 0;
    }
}
