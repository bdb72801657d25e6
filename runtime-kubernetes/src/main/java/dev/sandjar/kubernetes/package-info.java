/**
 * Sandboxes on a Kubernetes cluster: a pod each.
 *
 * <p>Start at {@link dev.sandjar.kubernetes.KubernetesRuntime}; {@code Creation} and {@code Removal} are how a sandbox comes and goes. What a pod looks like and what its status means is in {@code
 * kubernetes.pod} and pure; what exists now is in {@code kubernetes.watch}; how its agent is reached is in {@code kubernetes.dial}. Not here: lifetimes, owners and pools ({@code engine}).
 */
@NullMarked
package dev.sandjar.kubernetes;

import org.jspecify.annotations.NullMarked;
