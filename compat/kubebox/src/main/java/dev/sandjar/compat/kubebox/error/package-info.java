/**
 * What goes wrong, and what to do next.
 *
 * <p>Start at {@link dev.sandjar.compat.kubebox.error.KubeboxException}, the root of the others. Not here: how it is found out, which is where it
 * happens.
 */
@NullMarked
package dev.sandjar.compat.kubebox.error;

import org.jspecify.annotations.NullMarked;
