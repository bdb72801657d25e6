/**
 * Control groups: where this machine has them, and what is done with those of one sandbox.
 *
 * <p>Start at {@link dev.sandjar.oci.cgroup.Cgroups}. The OCI runtime makes a sandbox's groups and sets their limits, from
 * {@code config.json}; here they are read, frozen, emptied and removed. Version 1, version 2 and both at once (hybrid) look alike from outside.
 */
@NullMarked
package dev.sandjar.oci.cgroup;

import org.jspecify.annotations.NullMarked;
