/**
 * Sandboxes made ahead, and how they are claimed.
 *
 * <p>Start at {@link dev.sandjar.engine.pool.Pool}. Not here: how a sandbox is made ({@code lifecycle}).
 */
@NullMarked
package dev.sandjar.engine.pool;

import org.jspecify.annotations.NullMarked;
