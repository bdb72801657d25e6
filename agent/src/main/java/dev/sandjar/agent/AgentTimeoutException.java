package dev.sandjar.agent;

import java.io.IOException;
import java.time.Duration;

/** The agent did not answer within the limit. */
public final class AgentTimeoutException extends IOException {
    AgentTimeoutException(Duration limit) {
        super("the agent did not answer within " + limit.toMillis() + " ms");
    }
}
