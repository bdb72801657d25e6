/**
 * Commands live: a sandbox's WebSocket, which carries any number of them, and their output as Server-Sent Events. Described in {@code docs/streams.md}.
 *
 * <p>Start at {@code StreamRoutes}; then {@code StreamSession}, where messages become calls. {@code StreamSocket} ({@code FrameQueue} in, {@code StreamSink} out) is one
 * connection, {@code StreamChannel} and {@code CommandInput} one command's output and input. Not here: how messages look ({@link
 * dev.sandjar.wire.StreamMessages}), and any rule about commands.
 */
@NullMarked
package dev.sandjar.server.door.stream;

import org.jspecify.annotations.NullMarked;
