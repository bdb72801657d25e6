package dev.sandjar.agent;

import java.nio.ByteBuffer;

/**
 * What an OPEN frame asks for; made by {@link Requests}.
 *
 * @param kind the number of PROTOCOL.md
 * @param payload the kind's fields
 * @param window bytes that the agent may send ahead of their reader; {@link Frame#WINDOW} at least
 */
public record Request(int kind, ByteBuffer payload, int window) {}
