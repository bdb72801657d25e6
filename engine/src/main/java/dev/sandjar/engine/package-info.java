/**
 * Sandboxes in any place: the api of {@code dev.sandjar}, made out of a runtime and the agents it starts.
 *
 * <p>Start at {@link dev.sandjar.engine.Engine}. Each package below is one concept. Not here: how a place makes a sandbox
 * ({@code runtime-*}), what the agent's bytes mean ({@code agent}), and who a caller is ({@code server}).
 */
@NullMarked
package dev.sandjar.engine;

import org.jspecify.annotations.NullMarked;
