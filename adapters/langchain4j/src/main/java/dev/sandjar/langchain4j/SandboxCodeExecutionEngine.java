package dev.sandjar.langchain4j;

import dev.langchain4j.code.CodeExecutionEngine;
import dev.sandjar.Sandbox;
import dev.sandjar.tools.Language;
import dev.sandjar.tools.ToolSet;

/**
 * Executes code in a sandbox: Python, unless another language is asked for. Code starts in the workspace; files stay for the next execution, variables do not.
 * Executions may overlap.
 */
public final class SandboxCodeExecutionEngine implements CodeExecutionEngine {
    private final ToolSet tools;
    private final Language language;

    /**
     * Executes Python.
     *
     * @param sandbox where; stays its owner's to close
     * @throws dev.sandjar.SandboxException {@code SANDBOX_NOT_FOUND}
     */
    public SandboxCodeExecutionEngine(Sandbox sandbox) {
        this(sandbox, Language.PYTHON);
    }

    /**
     * Executes a language.
     *
     * @param sandbox where; stays its owner's to close
     * @param language of all code
     * @throws dev.sandjar.SandboxException {@code SANDBOX_NOT_FOUND}
     */
    public SandboxCodeExecutionEngine(Sandbox sandbox, Language language) {
        tools = new ToolSet(sandbox);
        this.language = language;
    }

    /**
     * Executes code for 120 seconds at most.
     *
     * @param code the whole program
     * @return what it printed, standard output and standard error together, 16 KiB at most from the two ends of it. When it failed, a first line before that says how
     *     it ended, such as {@code exit code: 1}
     * @throws dev.sandjar.SandboxException when the sandbox is gone or paused
     */
    @Override
    public String execute(String code) {
        return tools.execute(language, code);
    }
}
