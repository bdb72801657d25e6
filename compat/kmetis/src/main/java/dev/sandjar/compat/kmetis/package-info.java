/**
 * Sandboxes that are pods with SSH, made and used straight from the client, in the shape of kmetis.
 *
 * <p>Start at {@link dev.sandjar.compat.kmetis.K8sSandbox}. {@code Creation} is how a sandbox comes to be, {@code AddressBook} where it is,
 * {@code Cluster} what is asked of Kubernetes. How the pod looks is in {@code kmetis.pod}, SSH in {@code kmetis.ssh}, what goes wrong in {@code
 * kmetis.error}. Not here: the engine and its agent; these sandboxes are not those of {@code dev.sandjar}.
 */
@NullMarked
package dev.sandjar.compat.kmetis;

import org.jspecify.annotations.NullMarked;
