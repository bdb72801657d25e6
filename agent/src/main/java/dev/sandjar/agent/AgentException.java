package dev.sandjar.agent;

/** The agent answered a request with an error. */
public final class AgentException extends Exception {
    private final AgentError error;

    public AgentException(AgentError error, String message) {
        super(message);
        this.error = error;
    }

    public AgentError error() {
        return error;
    }
}
