/**
 * The SPI of runtimes: what makes and destroys sandboxes in one kind of place.
 *
 * <p>Start at {@link dev.sandjar.runtime.SandboxRuntime}. What an implementation must do is what {@code dev.sandjar.testing}'s
 * {@code SandboxRuntimeContract} checks. Not here: lifetimes, owners, pools (all {@code engine}), and how to talk to an agent ({@code agent}).
 */
@NullMarked
package dev.sandjar.runtime;

import org.jspecify.annotations.NullMarked;
