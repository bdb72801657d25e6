package dev.sandjar.engine.link;

import dev.sandjar.CommandId;
import dev.sandjar.ErrorCode;

/**
 * What a request to an agent is about: how errors name it, and what they say of it that the agent's number alone does not.
 *
 * @param name such as {@code file a.txt}
 * @param missing the code when it is not there
 * @param full the code when the agent has no room for one more
 * @param instead what to do when its name is taken
 * @param relief what to do when the agent has no room for one more
 */
public record Subject(String name, ErrorCode missing, ErrorCode full, String instead, String relief) {
    private static final String ANOTHER = "use another name";

    private Subject(String name, ErrorCode missing, ErrorCode full, String instead) {
        this(name, missing, full, instead, "end other commands, watches or streams of this sandbox first");
    }

    /** A command that was started before, or a stream of it. */
    public static Subject command(CommandId id) {
        return new Subject("command " + id, ErrorCode.COMMAND_NOT_FOUND, ErrorCode.NO_CAPACITY, ANOTHER);
    }

    /** What is written into a command, by one at a time. */
    public static Subject stdin(CommandId id) {
        return new Subject(
                "standard input of command " + id,
                ErrorCode.COMMAND_NOT_FOUND,
                ErrorCode.NO_CAPACITY,
                ANOTHER,
                "wait until whoever writes to it lets go, or only follow its output");
    }

    /** A command that does not run yet. */
    public static Subject newCommand() {
        return new Subject("starting the command", ErrorCode.COMMAND_NOT_FOUND, ErrorCode.START_FAILED, ANOTHER);
    }

    public static Subject file(String path) {
        return files("file " + path);
    }

    public static Subject folder(String path) {
        return files("folder " + path);
    }

    public static Subject moving(String path) {
        return files("moving " + path);
    }

    private static Subject files(String name) {
        return new Subject(
                name, ErrorCode.FILE_NOT_FOUND, ErrorCode.NO_CAPACITY, "allow overwriting, or use another name");
    }

    public static Subject port(int port) {
        return new Subject(
                "port " + port,
                ErrorCode.UNAVAILABLE,
                ErrorCode.NO_CAPACITY,
                "end the program that listens there, or use another port: 0 is any that is free");
    }

    /** A session of SFTP. */
    public static Subject sftp() {
        return new Subject("the SFTP session", ErrorCode.UNAVAILABLE, ErrorCode.NO_CAPACITY, ANOTHER);
    }

    /** One process, whoever started it. */
    public static Subject process(int pid) {
        return new Subject("process " + pid, ErrorCode.PROCESS_NOT_FOUND, ErrorCode.NO_CAPACITY, ANOTHER);
    }

    /** All processes. */
    public static Subject processes() {
        return new Subject("the list of processes", ErrorCode.PROCESS_NOT_FOUND, ErrorCode.NO_CAPACITY, ANOTHER);
    }

    /** The sandbox itself, of which nothing can be missing. */
    public static Subject sandbox() {
        return new Subject("the request", ErrorCode.INTERNAL, ErrorCode.NO_CAPACITY, ANOTHER);
    }

    @Override
    public String toString() {
        return name;
    }
}
