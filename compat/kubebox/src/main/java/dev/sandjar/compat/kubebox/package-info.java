/**
 * The SDK in the shape of kubebox: pods and services of a cluster, and a client for the sandboxes behind them.
 *
 * <p>Start at {@link dev.sandjar.compat.kubebox.Kubebox}, which makes them, and {@link dev.sandjar.compat.kubebox.SandboxClient}, which uses them
 * wherever they are.
 */
@NullMarked
package dev.sandjar.compat.kubebox;

import org.jspecify.annotations.NullMarked;
