package dev.sandjar.server.door.rest;

import dev.sandjar.CommandSpec;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What reads a piece of code. One that the image does not have is exit code 127, as in a shell. Never a login shell: its profile costs 100 ms.
 *
 * @param program words before the code
 * @param loader code that reads more code from the file named after it
 * @param orSh whether {@code sh} will do
 */
record Interpreter(List<String> program, String loader, boolean orSh) {
    private static final Interpreter PYTHON = new Interpreter(
            List.of("python3", "-c"),
            "import sys; exec(compile(open(sys.argv.pop(), encoding='utf-8').read(), '<string>', 'exec'))");
    private static final Interpreter JAVASCRIPT =
            new Interpreter(List.of("node", "-e"), "vm.runInThisContext(fs.readFileSync(process.argv.pop(), 'utf8'))");
    private static final Interpreter BASH = new Interpreter(List.of("bash", "-c"), ". \"$0\"");

    /** Bash where the image has it, as people expect; any shell otherwise. */
    static final Interpreter SHELL = new Interpreter(BASH.program(), BASH.loader(), true);

    /** The kernel takes 131 072 bytes for one argument (MAX_ARG_STRLEN), a character may be three. */
    private static final int LONGEST_ARGUMENT = 40_000;

    private Interpreter(List<String> program, String loader) {
        this(program, loader, false);
    }

    static Interpreter of(String language) {
        return switch (language) {
            case "python" -> PYTHON;
            case "javascript" -> JAVASCRIPT;
            case "bash" -> BASH;
            default -> throw SandboxException.invalid("language", "unknown", "python, javascript, bash");
        };
    }

    /** Something that is done with a command. */
    interface Use<T> {
        T with(CommandSpec.Builder command) throws InterruptedException;
    }

    /** Makes a command of the code. Code that is too long for an argument lies in a file of the sandbox meanwhile. */
    <T> T run(Sandbox sandbox, String code, Use<T> use) throws InterruptedException {
        if (code.length() <= LONGEST_ARGUMENT) {
            return use.with(CommandSpec.builder(argv(code)).orSh(orSh));
        }
        String file = "/tmp/.sandjar-code-" + UUID.randomUUID();
        try {
            sandbox.files().write(file, code);
            return use.with(CommandSpec.builder(argv(loader, file)).orSh(orSh));
        } finally {
            remove(sandbox, file);
        }
    }

    private static void remove(Sandbox sandbox, String file) {
        try {
            sandbox.files().remove(file);
        } catch (SandboxException gone) {
            // it went with its sandbox, or the code has removed it
        }
    }

    private List<String> argv(String... last) {
        var argv = new ArrayList<>(program);
        argv.addAll(List.of(last));
        return argv;
    }
}
