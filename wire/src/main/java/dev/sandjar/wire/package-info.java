/**
 * What a client and a server say to each other about {@code dev.sandjar}: JSON for values, frames for streams. The page that describes it
 * is {@code docs/http-api.md}.
 *
 * <p>Start at {@link dev.sandjar.wire.Frame} for streams and at {@link dev.sandjar.wire.Json} for values. Both sides use these classes, so
 * that neither can spell a field in its own way. Not here: HTTP itself, which each side has in its own fashion.
 */
@NullMarked
package dev.sandjar.wire;

import org.jspecify.annotations.NullMarked;
