/**
 * Sandboxes on this machine: made by an OCI runtime (crun, runc), kept on disk and in the kernel, nowhere else.
 *
 * <p>Start at {@link dev.sandjar.oci.OciRuntime}; {@link dev.sandjar.oci.Creation} is how one sandbox is made, step by step, and
 * {@link dev.sandjar.oci.Removal} how it goes. {@link dev.sandjar.oci.Home} says what lies where. Not here: lifetimes, owners and pools (engine).
 */
@NullMarked
package dev.sandjar.oci;

import org.jspecify.annotations.NullMarked;
