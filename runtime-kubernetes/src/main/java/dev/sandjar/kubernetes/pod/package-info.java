/**
 * What a sandbox is to Kubernetes, and what Kubernetes says about it. Pure: no client, no clock, no thread.
 *
 * <p>Start at {@link dev.sandjar.kubernetes.pod.SandboxPod} (wanted) and {@link dev.sandjar.kubernetes.pod.PodState} (seen).
 */
@NullMarked
package dev.sandjar.kubernetes.pod;

import org.jspecify.annotations.NullMarked;
