package dev.sandjar.agent;

import java.nio.ByteBuffer;

/**
 * What an OPEN frame asks for; made by {@link Requests}.
 *
 * @param kind the number of PROTOCOL.md
 * @param payload the kind's fields
 * @param window bytes that the agent may send ahead of their reader; {@link Frame#WINDOW} to 16 MiB
 */
public record Request(int kind, ByteBuffer payload, int window) {
    private static final int LARGEST_WINDOW = 16 << 20; // beyond it the agent ends the link

    public Request {
        if (window < Frame.WINDOW || window > LARGEST_WINDOW) {
            throw new IllegalArgumentException(
                    "a window of " + window + " bytes, allowed: " + Frame.WINDOW + " to " + LARGEST_WINDOW);
        }
    }
}
