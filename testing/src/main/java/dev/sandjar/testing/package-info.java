/**
 * What every runtime and every way to the api must do, as tests that their authors run: extend a contract, say how to open the thing, done.
 *
 * <p>Start at {@link dev.sandjar.testing.SandboxRuntimeContract} (for runtimes) and {@link dev.sandjar.testing.SandboxesContract} (for
 * implementations of the api). Not here: what only one implementation does, which is tested beside it.
 */
@NullMarked
package dev.sandjar.testing;

import org.jspecify.annotations.NullMarked;
