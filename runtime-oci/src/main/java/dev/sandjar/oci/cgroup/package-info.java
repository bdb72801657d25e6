/**
 * The sandbox's control groups as the kernel shows them: who is in them, freezing, removing.
 *
 * <p>Start at {@link dev.sandjar.oci.cgroup.Cgroup}. Not here: limits, which the OCI runtime sets from {@code config.json}.
 */
@NullMarked
package dev.sandjar.oci.cgroup;

import org.jspecify.annotations.NullMarked;
