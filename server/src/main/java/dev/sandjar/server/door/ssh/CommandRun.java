package dev.sandjar.server.door.ssh;

import dev.sandjar.CommandSpec;
import dev.sandjar.Ending;
import dev.sandjar.Output;
import dev.sandjar.RunningCommand;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.Signal;
import dev.sandjar.Window;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.channel.ChannelSession;
import org.jspecify.annotations.Nullable;

/** A command line, or a shell: read by the sandbox's bash, or sh where there is none. */
final class CommandRun extends SandboxWork {
    private static final Signal HANG_UP = new Signal(1);
    private static final int ROWS = 24;
    private static final int COLUMNS = 80;

    private final @Nullable String script;
    private volatile @Nullable RunningCommand command;

    /** @param script null for a login shell */
    CommandRun(@Nullable String script) {
        this.script = script;
    }

    @Override
    Ending work(Sandbox sandbox, ChannelSession channel, Environment environment)
            throws IOException, InterruptedException {
        boolean terminal = hasTerminal(environment);
        try (RunningCommand running = sandbox.start(spec(environment, terminal))) {
            command = running;
            if (channel.isClosing()) {
                hangUp(running); // destroy() came before
                running.close();
            }
            environment.addSignalListener((_, signal) -> signalled(running, environment, terminal, signal.name()));
            Pump.start("ssh-stdin", input(), running.stdin());
            pass(running.output());
            Ending ending = running.await();
            if (!(ending instanceof Ending.Lost)) {
                running.forget();
            }
            return ending;
        }
    }

    private static boolean hasTerminal(Environment environment) {
        return environment.getEnv().containsKey(Environment.ENV_LINES);
    }

    private CommandSpec spec(Environment environment, boolean terminal) {
        Map<String, String> env = new TreeMap<>(environment.getEnv());
        env.keySet().removeAll(List.of(Environment.ENV_USER, Environment.ENV_LINES, Environment.ENV_COLUMNS));
        var spec = CommandSpec.builder(script == null ? List.of("bash", "-l") : List.of("bash", "-c", script))
                .orSh(true)
                .env(env)
                .stdin(true);
        return terminal ? spec.terminal(window(environment)).build() : spec.build();
    }

    private static Window window(Environment environment) {
        return new Window(
                size(environment, Environment.ENV_LINES, ROWS), size(environment, Environment.ENV_COLUMNS, COLUMNS));
    }

    private static int size(Environment environment, String name, int otherwise) {
        String said = environment.getEnv().getOrDefault(name, "");
        int size = said.matches("[0-9]{1,5}") ? Integer.parseInt(said) : 0;
        return size < 1 || size > 65_535 ? otherwise : size;
    }

    private static void signalled(RunningCommand command, Environment environment, boolean terminal, String name) {
        try {
            if (name.equals("WINCH")) {
                if (terminal) {
                    command.resize(window(environment));
                }
            } else {
                command.signal(Signal.parse(name));
            }
        } catch (SandboxException ended) {
            // then there is nobody to signal
        }
    }

    private void pass(Iterator<Output> all) throws IOException {
        while (all.hasNext()) {
            if (all.next() instanceof Output.Chunk chunk) { // of what is held, nothing is forgotten
                OutputStream to = chunk.stream() == Output.Stream.STDOUT ? output() : error();
                byte[] bytes = new byte[chunk.bytes().remaining()];
                chunk.bytes().get(bytes);
                to.write(bytes);
                to.flush();
            }
        }
    }

    /** Whoever started it is gone, and it is told so; it may go on, as after {@code nohup}. */
    @Override
    public void destroy(ChannelSession channel) {
        RunningCommand running = command;
        if (running != null) {
            hangUp(running);
            running.close();
        }
    }

    private static void hangUp(RunningCommand running) {
        try {
            running.signal(HANG_UP);
        } catch (SandboxException ended) {
            // then nobody minds
        }
    }
}
