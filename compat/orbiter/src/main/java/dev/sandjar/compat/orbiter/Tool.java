package dev.sandjar.compat.orbiter;

import java.util.Map;

/**
 * Something that an agent may call by name. It runs in this process and acts on the sandbox that it is handed; what it starts there is kept
 * apart from this machine, what it does here is not. Called from many threads at once.
 */
public interface Tool {
    /**
     * What it is called by.
     *
     * @return not blank, the same at every call
     */
    String name();

    /**
     * What it is good for, for a model that chooses.
     *
     * @return a sentence
     */
    String description();

    /**
     * What it takes.
     *
     * @return a JSON schema of type {@code object}
     */
    Map<String, Object> parameters();

    /**
     * Does it. Interrupted when the sandbox's {@code timeout} is over.
     *
     * @param arguments what it was called with
     * @param context where it is called
     * @return entries for the result; none called {@code tool}, {@code arguments} or another that every result has
     * @throws ToolException for whoever called
     * @throws InterruptedException nobody waits for it any more
     */
    Map<String, Object> run(Map<String, Object> arguments, ToolContext context) throws InterruptedException;
}
