/**
 * One sandbox from its creation to its end: states, and who may change them.
 *
 * <p>Start at {@link dev.sandjar.engine.lifecycle.Lifecycle}. {@code Transitions} decides and is pure. Not here: until when a sandbox
 * may live ({@code lease}), and what runs in it ({@code stream}, {@code files}).
 */
@NullMarked
package dev.sandjar.engine.lifecycle;

import org.jspecify.annotations.NullMarked;
