/**
 * Root filesystems: this machine's own, and images of registries.
 *
 * <p>Start at {@link dev.sandjar.oci.image.ImageStore}. {@link dev.sandjar.oci.image.HostImage} needs nothing but this machine; the others are
 * pulled, unpacked layer by layer into a store, and stacked by overlayfs. What comes from a registry is hostile. Not here: who uses an image.
 */
@NullMarked
package dev.sandjar.oci.image;

import org.jspecify.annotations.NullMarked;
