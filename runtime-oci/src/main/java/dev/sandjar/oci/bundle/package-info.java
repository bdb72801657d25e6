/**
 * What an OCI runtime is told: {@code config.json}. Pure: nothing here touches the machine.
 *
 * <p>Start at {@link dev.sandjar.oci.bundle.Bundle}. Not here: where the root filesystem comes from ({@code image}), who runs it.
 */
@NullMarked
package dev.sandjar.oci.bundle;

import org.jspecify.annotations.NullMarked;
