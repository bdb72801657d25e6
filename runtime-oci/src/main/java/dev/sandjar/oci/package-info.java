/**
 * Sandboxes on this machine, by an OCI runtime and nothing else: no container engine, no daemon, no KVM.
 *
 * <p>Start at {@link dev.sandjar.oci.OciRuntime}. All state is on disk and in the kernel. Not here: lifetimes and owners ({@code engine}).
 */
@NullMarked
package dev.sandjar.oci;

import org.jspecify.annotations.NullMarked;
