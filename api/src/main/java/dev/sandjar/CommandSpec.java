package dev.sandjar;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What to start in a sandbox. The words go to {@code execve(2)} as they stand; no shell reads them
 * (for one, say {@code List.of("sh", "-c", script)}).
 *
 * @param argv program and arguments: 1 to 4 096 strings, none with a NUL; a program without {@code /} is looked up in the command's {@code PATH}
 * @param env laid over the sandbox's own environment; an entry here wins
 * @param cwd absolute, or relative to the sandbox's own; checked when the command starts, not before
 * @param limit from start until the whole process tree is killed: 1 second to 8 hours; 8 hours by default
 * @param stdin whether the command has an open standard input; without, it reads the end at once
 * @param terminal present: the command gets a terminal of this size, and standard error is part of its output
 * @param retention what becomes of output that nobody has read yet
 * @param orSh whether {@code sh} takes the program's place, with the same arguments, where the sandbox has no such program, or none that may be executed: for scripts that
 *     want another shell but can do without. Both are looked for in the usual folders before {@code PATH}, which is for what the script runs
 */
public record CommandSpec(
        List<String> argv,
        Map<String, String> env,
        Optional<String> cwd,
        Duration limit,
        boolean stdin,
        Optional<Window> terminal,
        Retention retention,
        boolean orSh) {
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofHours(8); // no longer than the longest-lived sandbox

    /** Checks every part and copies. */
    public CommandSpec {
        argv = List.copyOf(argv);
        env = Environment.check("env", env);
        if (argv.isEmpty() || argv.size() > 4_096) {
            throw SandboxException.invalid("argv", argv.size() + " words", "1 to 4096");
        }
        if (argv.getFirst().isEmpty()) {
            throw SandboxException.invalid("argv[0]", "empty", "a program");
        }
        for (String word : argv) {
            if (word.indexOf('\0') >= 0 || word.length() >= 131_072) {
                throw SandboxException.invalid(
                        "argv", "a word of " + word.length() + " characters", "under 131072, without NUL");
            }
        }
        if (cwd.isPresent() && (cwd.get().isEmpty() || cwd.get().indexOf('\0') >= 0)) {
            throw SandboxException.invalid("cwd", "empty or with a NUL", "a path");
        }
        if (limit.compareTo(SHORTEST) < 0 || limit.compareTo(LONGEST) > 0) {
            throw SandboxException.invalid("timeout", limit.toMillis() / 1000.0, "1 to 28800 seconds");
        }
    }

    /** What becomes of output that nobody has read yet, once the journal is full: at 4 MiB. When those of all commands have
     * filled a quarter of the sandbox's memory (64 MiB at most), one that nobody follows is full at 256 KiB, or 64 when they are twice as large. */
    public enum Retention {
        /** The command waits, as on a pipe, until a reader comes or has left for good: nothing is lost. */
        HOLD,
        /** The oldest is forgotten and the command goes on; a late reader is told how much it missed. */
        LATEST
    }

    /**
     * A command with default settings.
     *
     * @param argv as {@link #argv}
     * @return the spec
     */
    public static CommandSpec of(String... argv) {
        return builder(List.of(argv)).build();
    }

    /**
     * A script for {@code sh -c}.
     *
     * @param script what the shell reads
     * @return the spec
     */
    public static CommandSpec shell(String script) {
        return of("sh", "-c", script);
    }

    /**
     * Starts a spec.
     *
     * @param argv as {@link #argv}
     * @return a builder
     */
    public static Builder builder(List<String> argv) {
        return new Builder(argv);
    }

    /** The program and how many words follow it; of the environment its names alone: the rest may be secrets. */
    @Override
    public String toString() {
        return "CommandSpec[" + argv.getFirst() + " and " + (argv.size() - 1) + " words, env=" + env.keySet() + "]";
    }

    /** Collects the parts of a spec; {@link #build} checks them. */
    public static final class Builder {
        private final List<String> argv;
        private Map<String, String> env = Map.of();
        private @Nullable String cwd;
        private Duration limit = LONGEST;
        private boolean stdin;
        private @Nullable Window terminal;
        private Retention retention = Retention.HOLD;
        private boolean orSh;

        private Builder(List<String> argv) {
            this.argv = argv;
        }

        /**
         * Adds to the sandbox's environment.
         *
         * @param value names to values
         * @return this
         */
        public Builder env(Map<String, String> value) {
            env = value;
            return this;
        }

        /**
         * Sets where it starts.
         *
         * @param value a path
         * @return this
         */
        public Builder cwd(String value) {
            cwd = value;
            return this;
        }

        /**
         * Sets the longest run.
         *
         * @param value 1 second to 8 hours
         * @return this
         */
        public Builder limit(Duration value) {
            limit = value;
            return this;
        }

        /**
         * Opens standard input.
         *
         * @param value whether it is open
         * @return this
         */
        public Builder stdin(boolean value) {
            stdin = value;
            return this;
        }

        /**
         * Gives it a terminal.
         *
         * @param value the size
         * @return this
         */
        public Builder terminal(Window value) {
            terminal = value;
            return this;
        }

        /**
         * Sets what becomes of unread output.
         *
         * @param value the rule
         * @return this
         */
        public Builder retention(Retention value) {
            retention = value;
            return this;
        }

        /**
         * Lets {@code sh} take the place of a program that is missing.
         *
         * @param value as {@link CommandSpec#orSh}
         * @return this
         */
        public Builder orSh(boolean value) {
            orSh = value;
            return this;
        }

        /**
         * Checks and makes the spec.
         *
         * @return the spec
         * @throws SandboxException {@code INVALID_ARGUMENT}, naming the part, its value and the range
         */
        public CommandSpec build() {
            return new CommandSpec(
                    argv, env, Optional.ofNullable(cwd), limit, stdin, Optional.ofNullable(terminal), retention, orSh);
        }
    }
}
