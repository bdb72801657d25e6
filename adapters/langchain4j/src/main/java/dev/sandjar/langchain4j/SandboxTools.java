package dev.sandjar.langchain4j;

import dev.langchain4j.agent.tool.P;
import dev.langchain4j.agent.tool.Tool;
import dev.sandjar.Sandbox;
import dev.sandjar.tools.ToolSet;
import dev.sandjar.tools.ToolWords;
import org.jspecify.annotations.Nullable;

/**
 * What an agent does with a sandbox: {@code AiServices.builder(...).tools(new SandboxTools(sandbox))}. The methods are for LangChain4j to call; {@link ToolSet} says
 * what they do.
 *
 * <p>What goes wrong is told to the model, as a result where it can mend it. What only the program can mend (the sandbox is gone or paused) is a
 * {@code SandboxException}: LangChain4j tells the model its message too, unless a {@code toolExecutionErrorHandler} throws it on, which stops the agent.
 */
public final class SandboxTools {
    private final ToolSet tools;

    /**
     * The tools of a sandbox.
     *
     * @param sandbox what the model may do as it likes with; stays its owner's to close
     * @throws dev.sandjar.SandboxException {@code SANDBOX_NOT_FOUND}
     */
    public SandboxTools(Sandbox sandbox) {
        tools = new ToolSet(sandbox);
    }

    /**
     * Runs a shell command.
     *
     * @param command for {@code bash -c}
     * @param timeoutSeconds 1 to 3600; 120 when null
     * @return as {@link ToolSet#runCommand}
     */
    @Tool(name = ToolWords.RUN_COMMAND, value = ToolWords.RUN_COMMAND_DOES)
    public String runCommand(
            @P(ToolWords.COMMAND) @Nullable String command,
            @P(value = ToolWords.TIMEOUT_SECONDS, required = false) @Nullable Integer timeoutSeconds) {
        return tools.runCommand(command, timeoutSeconds);
    }

    /**
     * Runs code.
     *
     * @param language its name
     * @param code the whole program
     * @param timeoutSeconds 1 to 3600; 120 when null
     * @return as {@link ToolSet#runCode}
     */
    @Tool(name = ToolWords.RUN_CODE, value = ToolWords.RUN_CODE_DOES)
    public String runCode(
            @P(ToolWords.LANGUAGE) @Nullable String language,
            @P(ToolWords.CODE) @Nullable String code,
            @P(value = ToolWords.TIMEOUT_SECONDS, required = false) @Nullable Integer timeoutSeconds) {
        return tools.runCode(language, code, timeoutSeconds);
    }

    /**
     * Reads a file.
     *
     * @param path of the file
     * @param fromLine 1 or more; 1 when null
     * @param lineCount 1 or more; as many as fit when null
     * @return as {@link ToolSet#readFile}
     */
    @Tool(name = ToolWords.READ_FILE, value = ToolWords.READ_FILE_DOES)
    public String readFile(
            @P(ToolWords.PATH) @Nullable String path,
            @P(value = ToolWords.FROM_LINE, required = false) @Nullable Integer fromLine,
            @P(value = ToolWords.LINE_COUNT, required = false) @Nullable Integer lineCount) {
        return tools.readFile(path, fromLine, lineCount);
    }

    /**
     * Writes a file.
     *
     * @param path of the file
     * @param content its text
     * @return as {@link ToolSet#writeFile}
     */
    @Tool(name = ToolWords.WRITE_FILE, value = ToolWords.WRITE_FILE_DOES)
    public String writeFile(@P(ToolWords.PATH) @Nullable String path, @P(ToolWords.CONTENT) @Nullable String content) {
        return tools.writeFile(path, content);
    }

    /**
     * Replaces a text in a file.
     *
     * @param path of the file
     * @param oldText what stands there once
     * @param newText what shall stand there
     * @return as {@link ToolSet#editFile}
     */
    @Tool(name = ToolWords.EDIT_FILE, value = ToolWords.EDIT_FILE_DOES)
    public String editFile(
            @P(ToolWords.PATH) @Nullable String path,
            @P(ToolWords.OLD_TEXT) @Nullable String oldText,
            @P(ToolWords.NEW_TEXT) @Nullable String newText) {
        return tools.editFile(path, oldText, newText);
    }

    /**
     * Lists a folder.
     *
     * @param path of the folder; the workspace when null
     * @return as {@link ToolSet#listFiles}
     */
    @Tool(name = ToolWords.LIST_FILES, value = ToolWords.LIST_FILES_DOES)
    public String listFiles(@P(value = ToolWords.FOLDER, required = false) @Nullable String path) {
        return tools.listFiles(path);
    }
}
