/**
 * Bodies of requests as streams: in constant memory, at the speed of the wire, for any door.
 *
 * <p>Start at {@link dev.sandjar.server.body.RequestBody}. Not here: what a body means.
 */
@NullMarked
package dev.sandjar.server.body;

import org.jspecify.annotations.NullMarked;
