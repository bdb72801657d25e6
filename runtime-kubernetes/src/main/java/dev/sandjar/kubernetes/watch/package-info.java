/**
 * What exists now, as the API server's watches tell it, so that looking costs no call.
 *
 * <p>Start at {@link dev.sandjar.kubernetes.watch.Watched}. Not here: what an object means ({@code kubernetes.pod}).
 */
@NullMarked
package dev.sandjar.kubernetes.watch;

import org.jspecify.annotations.NullMarked;
