package dev.sandjar.springai;

import dev.sandjar.tools.ToolSet;
import dev.sandjar.tools.ToolWords;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.ai.tool.annotation.ToolParam;

/** The tool set with Spring AI's annotations, which makes schemas and parses arguments by them. */
final class SandboxTools {
    private final ToolSet tools;

    SandboxTools(ToolSet tools) {
        this.tools = tools;
    }

    @Tool(name = ToolWords.RUN_COMMAND, description = ToolWords.RUN_COMMAND_DOES)
    String runCommand(
            @ToolParam(description = ToolWords.COMMAND) @Nullable String command,
            @ToolParam(description = ToolWords.TIMEOUT_SECONDS, required = false) @Nullable Integer timeoutSeconds) {
        return tools.runCommand(command, timeoutSeconds);
    }

    @Tool(name = ToolWords.RUN_CODE, description = ToolWords.RUN_CODE_DOES)
    String runCode(
            @ToolParam(description = ToolWords.LANGUAGE) @Nullable String language,
            @ToolParam(description = ToolWords.CODE) @Nullable String code,
            @ToolParam(description = ToolWords.TIMEOUT_SECONDS, required = false) @Nullable Integer timeoutSeconds) {
        return tools.runCode(language, code, timeoutSeconds);
    }

    @Tool(name = ToolWords.READ_FILE, description = ToolWords.READ_FILE_DOES)
    String readFile(
            @ToolParam(description = ToolWords.PATH) @Nullable String path,
            @ToolParam(description = ToolWords.FROM_LINE, required = false) @Nullable Integer fromLine,
            @ToolParam(description = ToolWords.LINE_COUNT, required = false) @Nullable Integer lineCount) {
        return tools.readFile(path, fromLine, lineCount);
    }

    @Tool(name = ToolWords.WRITE_FILE, description = ToolWords.WRITE_FILE_DOES)
    String writeFile(
            @ToolParam(description = ToolWords.PATH) @Nullable String path,
            @ToolParam(description = ToolWords.CONTENT) @Nullable String content) {
        return tools.writeFile(path, content);
    }

    @Tool(name = ToolWords.EDIT_FILE, description = ToolWords.EDIT_FILE_DOES)
    String editFile(
            @ToolParam(description = ToolWords.PATH) @Nullable String path,
            @ToolParam(description = ToolWords.OLD_TEXT) @Nullable String oldText,
            @ToolParam(description = ToolWords.NEW_TEXT) @Nullable String newText) {
        return tools.editFile(path, oldText, newText);
    }

    @Tool(name = ToolWords.LIST_FILES, description = ToolWords.LIST_FILES_DOES)
    String listFiles(@ToolParam(description = ToolWords.FOLDER, required = false) @Nullable String path) {
        return tools.listFiles(path);
    }
}
