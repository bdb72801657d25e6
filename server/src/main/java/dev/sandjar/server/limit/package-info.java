/**
 * How often a caller may ask and over how many connections, and whether anybody may now.
 *
 * <p>Start at {@link dev.sandjar.server.limit.RateLimits}; {@code Gate} is closed while the server stops.
 */
@NullMarked
package dev.sandjar.server.limit;

import org.jspecify.annotations.NullMarked;
