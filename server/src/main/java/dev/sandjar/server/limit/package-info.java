/**
 * How often a caller may ask.
 *
 * <p>Start at {@link dev.sandjar.server.limit.RateLimits}.
 */
@NullMarked
package dev.sandjar.server.limit;

import org.jspecify.annotations.NullMarked;
