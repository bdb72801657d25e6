/**
 * Sandboxes: computers of their own for code that nobody reviewed.
 *
 * <p>Start at {@link dev.sandjar.Sandboxes#open(String)}. Every call blocks until it is done and may be interrupted; threads are cheap, use
 * virtual ones. The same program runs on this machine ({@code local:}), on a cluster ({@code kubernetes:}) and against a server
 * ({@code https://host}). Not here: how any of it is done; this package depends on nothing.
 */
@NullMarked
package dev.sandjar;

import org.jspecify.annotations.NullMarked;
