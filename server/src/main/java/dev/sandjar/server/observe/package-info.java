/**
 * What an operator gets to see: the id of a request, in its answer and in the log; counts and durations.
 *
 * <p>Start at {@link dev.sandjar.server.observe.MeteredSandboxes}. Not here: who may see it ({@code server.Metrics}).
 */
@NullMarked
package dev.sandjar.server.observe;

import org.jspecify.annotations.NullMarked;
