/**
 * How an agent is reached: by its pod's address from inside the cluster, by the API server's port-forward from outside.
 *
 * <p>Start at {@link dev.sandjar.kubernetes.dial.Dialler}.
 */
@NullMarked
package dev.sandjar.kubernetes.dial;

import org.jspecify.annotations.NullMarked;
