/**
 * Keys, and what is done with them: packets signed and encrypted as kubebox does it, and requests signed with a client's private key.
 *
 * <p>Start at {@link dev.sandjar.compat.kubebox.security.KubeboxSecurity}. Whatever it makes, kubebox's own {@code security} reads, and the other
 * way round. Not here: when a request is signed, which is the client's business.
 */
@NullMarked
package dev.sandjar.compat.kubebox.security;

import org.jspecify.annotations.NullMarked;
