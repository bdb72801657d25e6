/**
 * What the kernel offers and the JDK does not: file locks per open file, process descriptors, mounts.
 *
 * <p>Start at {@link dev.sandjar.oci.kernel.SystemCall}. Everything goes through {@code java.lang.foreign}: nothing is forked for it.
 * Not here: why something is locked, killed or mounted.
 */
@NullMarked
package dev.sandjar.oci.kernel;

import org.jspecify.annotations.NullMarked;
