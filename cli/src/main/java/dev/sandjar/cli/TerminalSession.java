package dev.sandjar.cli;

import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxId;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/** A command's terminal in ours, until it ends or we leave it by Ctrl-P Ctrl-Q. */
final class TerminalSession {
    private static final int CTRL_P = 16;
    private static final int CTRL_Q = 17;

    private final RunningCommand command;
    private final boolean mayLeave;
    private volatile boolean left;

    private TerminalSession(RunningCommand command, boolean mayLeave) {
        this.command = command;
        this.mayLeave = mayLeave;
    }

    /**
     * Runs until the command has ended, or goes on without us.
     *
     * @param home where to come back to it; empty when it cannot be left, since its sandbox goes with us
     * @return the exit code to end with
     */
    static int join(RunningCommand command, Optional<SandboxId> home) throws InterruptedException {
        var session = new TerminalSession(command, home.isPresent());
        int code;
        try (var terminal = OwnTerminal.take()) {
            terminal.whenResized(window -> {
                try {
                    command.resize(window);
                } catch (SandboxException ended) {
                    // whoever reads its output hears of it
                }
            });
            command.resize(OwnTerminal.size()); // after we listen: none is missed
            Thread.ofPlatform().daemon().name("keys").start(session::passKeys);
            code = session.show();
        }
        if (session.left) {
            home.ifPresent(sandbox -> System.err.println(
                    "\nleft; it goes on. Come back: sandjar attach " + sandbox + " " + command.id()));
        }
        return code;
    }

    private int show() throws InterruptedException {
        try {
            return PassThrough.watch(command);
        } catch (SandboxException e) {
            if (left) {
                return 0;
            }
            throw e;
        }
    }

    private void passKeys() {
        try (OutputStream to = command.stdin()) {
            InputStream keys = new FileInputStream(FileDescriptor.in);
            byte[] typed = new byte[4_096];
            boolean pending = false; // Ctrl-P, which is the command's unless Ctrl-Q follows
            for (int count = keys.read(typed); count >= 0; count = keys.read(typed)) {
                for (int i = 0; i < count; i++) {
                    if (pending && typed[i] == CTRL_Q) {
                        leave();
                        return;
                    }
                    if (pending) {
                        to.write(CTRL_P);
                    }
                    pending = mayLeave && typed[i] == CTRL_P;
                    if (!pending) {
                        int end = Math.max(i + 1, plain(typed, i, count));
                        to.write(typed, i, end - i);
                        i = end - 1;
                    }
                }
                to.flush();
            }
        } catch (IOException | SandboxException ended) {
            // whoever reads its output hears of it
        }
    }

    /** Where the keys end that go on as they are. */
    private static int plain(byte[] typed, int from, int count) {
        int end = from;
        while (end < count && typed[end] != CTRL_P) {
            end++;
        }
        return end;
    }

    private void leave() {
        left = true;
        command.close();
    }
}
