/**
 * The way to one sandbox's agent: connecting, connecting again, and the agent's errors in the words of the api.
 *
 * <p>Start at {@link dev.sandjar.engine.link.AgentConnection}. Not here: frames and channels ({@code dev.sandjar.agent}).
 */
@NullMarked
package dev.sandjar.engine.link;

import org.jspecify.annotations.NullMarked;
