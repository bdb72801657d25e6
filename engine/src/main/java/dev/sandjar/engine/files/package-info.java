/**
 * The files of a sandbox, through its agent.
 *
 * <p>Start at {@link dev.sandjar.engine.files.AgentFiles}.
 */
@NullMarked
package dev.sandjar.engine.files;

import org.jspecify.annotations.NullMarked;
