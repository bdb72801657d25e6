/**
 * SSH to one address: keys, a pool of connections, commands and files over them.
 *
 * <p>Start at {@link dev.sandjar.compat.kmetis.ssh.SshManager}, which lends an {@link dev.sandjar.compat.kmetis.ssh.SshSession}. Not here:
 * which address a sandbox has ({@code kmetis}), and anything of Kubernetes.
 */
@NullMarked
package dev.sandjar.compat.kmetis.ssh;

import org.jspecify.annotations.NullMarked;
