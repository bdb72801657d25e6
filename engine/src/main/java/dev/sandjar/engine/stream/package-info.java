/**
 * Running commands and connections: bytes in and out, by offset, over links that may be cut.
 *
 * <p>Start at {@link dev.sandjar.engine.stream.AgentCommand}. Not here: files ({@code files}).
 */
@NullMarked
package dev.sandjar.engine.stream;

import org.jspecify.annotations.NullMarked;
