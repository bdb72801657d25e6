/**
 * The server: the engine, behind doors.
 *
 * <p>Start at {@link dev.sandjar.server.Serve}. {@code Wiring} is the only class that sees the engine. Not here: what a protocol says
 * ({@code door.*}).
 */
@NullMarked
package dev.sandjar.server;

import org.jspecify.annotations.NullMarked;
