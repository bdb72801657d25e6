/**
 * Who a caller is.
 *
 * <p>Start at {@link dev.sandjar.server.auth.Caller}. Not here: what a caller may have (the engine's quotas) or how often it may ask ({@code limit}).
 */
@NullMarked
package dev.sandjar.server.auth;

import org.jspecify.annotations.NullMarked;
