/**
 * Connections until a request's head is whole: how many, how long, how large. All that strangers can do to the server's memory before anybody is asked for a token.
 *
 * <p>Start at {@link dev.sandjar.server.connection.ConnectionGuard}. Not here: bodies ({@code body}), what a caller may do ({@code limit}).
 */
@NullMarked
package dev.sandjar.server.connection;

import org.jspecify.annotations.NullMarked;
