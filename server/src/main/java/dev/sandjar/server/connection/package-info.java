/**
 * Connections until a request's head is whole: how many, how long, how large. All that strangers can do to the server's memory before anybody is asked for a token.
 *
 * <p>Start at {@link dev.sandjar.server.connection.ConnectionGuard}. A request that becomes a WebSocket or a tunnel leaves by {@code Handover}.
 * {@code Tunnelled}, {@code Uncounted}, {@code Cut}, {@code Frames} and {@code Pings} are what Vert.x and the
 * framework have no words of their own for: a connection that was HTTP and is none any more, one that ends in the middle, many frames at once, and answers that nobody reads. Not here: bodies ({@code body}), what a caller may do ({@code limit}).
 */
@NullMarked
package dev.sandjar.server.connection;

import org.jspecify.annotations.NullMarked;
