/**
 * Bodies of requests and connections as streams: in constant memory, at the speed of the wire, for any door.
 *
 * <p>Start at {@link dev.sandjar.server.body.RequestBody}; {@code StreamInput} crosses over from Vert.x's event loops. {@code HeldOutput} is what an answer has of a command,
 * with a bound on all of them together. Not here: what a body means.
 */
@NullMarked
package dev.sandjar.server.body;

import org.jspecify.annotations.NullMarked;
