/**
 * The SDK in the shape of kubebox: sandboxes behind a server of its protocol, their commands, output and files.
 *
 * <p>Start at {@link dev.sandjar.compat.kubebox.SandboxClient}. {@code SessionLink} is a session's connection, with what becomes of it when it is cut; {@code
 * Backlog} what has come of a stream and was not read; {@code Rest} requests. Pods and services for such servers are made in {@code kubebox.cluster},
 * keys in {@code kubebox.security}. Not here: what only Sandjar's server can do, which belongs into the api and its client.
 */
@NullMarked
package dev.sandjar.compat.kubebox;

import org.jspecify.annotations.NullMarked;
