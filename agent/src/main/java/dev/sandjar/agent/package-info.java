/**
 * The Java side of the link to a sandbox's agent; the other side is the C program in this module, the words between them are
 * {@code PROTOCOL.md}.
 *
 * <p>Start at {@link dev.sandjar.agent.Link}. {@code Requests} and {@code Replies} turn values into payloads and back and are pure.
 * Not here: what a sandbox or a command is to a user (package {@code dev.sandjar}), and when to reconnect ({@code engine}).
 */
@NullMarked
package dev.sandjar.agent;

import org.jspecify.annotations.NullMarked;
