package dev.sandjar.compat.kubebox;

/** What a command's stream consists of: any number of outputs and gaps, then one exit. */
public sealed interface CommandEvent permits CommandOutput, CommandGap, CommandExit {
    /**
     * The process's.
     *
     * @return its number
     */
    long processId();

    /**
     * What was written.
     *
     * @return empty for all but {@link CommandOutput}
     */
    default String output() {
        return "";
    }
}
