/**
 * What an OCI runtime is given: {@code config.json} and a root filesystem. Pure but for {@code HostRoot}, which writes files.
 *
 * <p>Start at {@link dev.sandjar.oci.bundle.BundleConfig}. Not here: starting it.
 */
@NullMarked
package dev.sandjar.oci.bundle;

import org.jspecify.annotations.NullMarked;
