/**
 * Owners and how many sandboxes each may have.
 *
 * <p>Start at {@link dev.sandjar.engine.quota.Quotas}. Not here: limits inside a sandbox (its spec) and on requests ({@code server}).
 */
@NullMarked
package dev.sandjar.engine.quota;

import org.jspecify.annotations.NullMarked;
