/**
 * Pods with a sandbox's server in them, and the services by which they are reached.
 *
 * <p>Start at {@link dev.sandjar.compat.kubebox.cluster.Kubebox}. {@code PodManifest}, {@code ServiceManifest} and {@code PolicyManifest} say what is
 * made, {@code Verdict} what a pod's status means, and ask nobody; {@code Calls} asks the cluster. Not here: what one does with a sandbox.
 */
@NullMarked
package dev.sandjar.compat.kubebox.cluster;

import org.jspecify.annotations.NullMarked;
