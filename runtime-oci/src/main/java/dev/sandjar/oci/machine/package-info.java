/**
 * What this machine is and what it can enforce.
 *
 * <p>Start at {@link dev.sandjar.oci.machine.Machine}; {@link dev.sandjar.oci.machine.Checks} turns it into findings, which {@code doctor} prints and
 * sandboxes carry as their weaknesses. Not here: trying an OCI runtime out, which takes a sandbox.
 */
@NullMarked
package dev.sandjar.oci.machine;

import org.jspecify.annotations.NullMarked;
