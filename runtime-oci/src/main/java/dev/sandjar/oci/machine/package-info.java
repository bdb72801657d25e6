/**
 * What this machine is and what it can enforce.
 *
 * <p>Start at {@link dev.sandjar.oci.machine.Machine}. Not here: a single sandbox.
 */
@NullMarked
package dev.sandjar.oci.machine;

import org.jspecify.annotations.NullMarked;
