package dev.sandjar.agent;

/** Why the agent refused, in the order of PROTOCOL.md: the ordinal is the number on the wire. */
public enum AgentError {
    OK,
    INVALID,
    NOT_FOUND,
    EXISTS,
    DENIED,
    WRONG_TYPE,
    TOO_LARGE,
    DISK_FULL,
    REFUSED,
    LIMIT,
    UNSUPPORTED,
    STATE,
    IO;

    private static final AgentError[] ALL = values();

    static AgentError of(int number) throws ProtocolException {
        if (number < 0 || number >= ALL.length) {
            throw new ProtocolException("CLOSE has an unknown error");
        }
        return ALL[number];
    }
}
