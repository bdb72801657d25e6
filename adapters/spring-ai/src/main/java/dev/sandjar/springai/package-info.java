/**
 * A sandbox for agents of Spring AI.
 *
 * <p>Start at {@link dev.sandjar.springai.SandboxToolCallbacks}. Not here: what the tools do ({@code dev.sandjar.tools}), and anything of Spring Boot.
 */
@NullMarked
package dev.sandjar.springai;

import org.jspecify.annotations.NullMarked;
