package dev.sandjar.tools;

/**
 * What a model reads before it calls a tool: names, and what tools and their parameters are for. Constants, as annotations need them; so all adapters say the same.
 *
 * <p>Names begin with {@code sandbox_}: an agent often has other tools that read and write files, of another machine.
 */
public final class ToolWords {
    /** Name of {@link ToolSet#runCommand}. */
    public static final String RUN_COMMAND = "sandbox_run_command";
    /** Name of {@link ToolSet#runCode}. */
    public static final String RUN_CODE = "sandbox_run_code";
    /** Name of {@link ToolSet#readFile}. */
    public static final String READ_FILE = "sandbox_read_file";
    /** Name of {@link ToolSet#writeFile}. */
    public static final String WRITE_FILE = "sandbox_write_file";
    /** Name of {@link ToolSet#editFile}. */
    public static final String EDIT_FILE = "sandbox_edit_file";
    /** Name of {@link ToolSet#listFiles}. */
    public static final String LIST_FILES = "sandbox_list_files";

    /** What {@link #RUN_COMMAND} does. */
    public static final String RUN_COMMAND_DOES = """
            Runs a shell command (bash, or sh where there is no bash) in the sandbox: an isolated Linux computer for this task, with files of its own and \
            perhaps without internet.
            Each call is a new shell that starts in the workspace: files stay, but a cd or a variable is forgotten. There is no keyboard: a command that \
            asks a question reads the end of its input, so use options such as -y.
            The first line of the result says how it ended, such as "exit code: 0"; then comes what it wrote to standard output and standard error. Of long \
            output only the beginning and the end are shown: write it to a file and look at parts.
            For a server or another program that shall go on running, end the command with & and send its output to a file.""";

    /** What {@link #RUN_CODE} does. */
    public static final String RUN_CODE_DOES = """
            Runs code in the sandbox and returns what it prints; a value that is not printed is not seen. Any text is taken as it is, nothing is to be \
            quoted or escaped for a shell.
            It starts in the workspace, and each call starts anew: variables and imports are forgotten, files stay. The result is as of\s""" + RUN_COMMAND + ".";

    /** What {@link #READ_FILE} does. */
    public static final String READ_FILE_DOES = """
            Reads a text file of the sandbox. The first line of the result says which lines these are and where to read on; the file's own text begins on \
            the second line. A binary file is told, not shown.""";

    /** What {@link #WRITE_FILE} does. */
    public static final String WRITE_FILE_DOES =
            "Writes a text file in the sandbox, replacing one that is there. Missing folders are made. To change a part of a file, use "
                    + EDIT_FILE + ".";

    /** What {@link #EDIT_FILE} does. */
    public static final String EDIT_FILE_DOES = """
            Replaces one piece of text in a file of the sandbox. The old text must stand there exactly once, with the same spaces and line ends: read the \
            file first, and take in lines around it until it is the only one.""";

    /** What {@link #LIST_FILES} does. */
    public static final String LIST_FILES_DOES =
            "Lists one folder of the sandbox: folders end with /, files have their size in bytes. For whole trees use find by "
                    + RUN_COMMAND + ".";

    /** The parameter {@code command}. */
    public static final String COMMAND = "the command, as you would type it in a shell; several lines are a script";
    /** The parameter {@code timeoutSeconds}. */
    public static final String TIMEOUT_SECONDS = "after so many seconds it is killed with everything it started: "
            + ToolSet.SHORTEST_SECONDS
            + " to "
            + ToolSet.LONGEST_SECONDS
            + "; "
            + ToolSet.USUAL_SECONDS
            + " when left out";
    /** The parameter {@code language}. */
    public static final String LANGUAGE = "python, javascript (Node.js) or bash";
    /** The parameter {@code code}. */
    public static final String CODE = "the whole program";
    /** The parameter {@code path} of a file. */
    public static final String PATH = "relative to the workspace, such as src/main.py, or absolute";
    /** The parameter {@code fromLine}. */
    public static final String FROM_LINE = "the first line to read, counted from 1; 1 when left out";
    /** The parameter {@code lineCount}. */
    public static final String LINE_COUNT = "how many lines at most; as many as fit when left out";
    /** The parameter {@code content}. */
    public static final String CONTENT = "the whole text of the file";
    /** The parameter {@code oldText}. */
    public static final String OLD_TEXT = "what stands there now, copied exactly";
    /** The parameter {@code newText}. */
    public static final String NEW_TEXT = "what shall stand there instead; empty to remove the old text";
    /** The parameter {@code path} of a folder. */
    public static final String FOLDER = "relative to the workspace, or absolute; the workspace itself when left out";

    private ToolWords() {}
}
