/**
 * A real OCI registry on loopback, and images made on the spot to be pushed into it, well-formed and hostile ones.
 *
 * <p>Start at {@link dev.sandjar.testing.registry.WithRegistry}. Not here: what a runtime makes of an image; that is its own test's.
 */
@NullMarked
package dev.sandjar.testing.registry;

import org.jspecify.annotations.NullMarked;
