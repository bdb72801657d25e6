/**
 * Root filesystems: {@code host} and its aliases.
 *
 * <p>Start at {@link dev.sandjar.oci.image.OciImages}.
 */
@NullMarked
package dev.sandjar.oci.image;

import org.jspecify.annotations.NullMarked;
