/**
 * SSH: {@code CONNECT} on the sessions' paths, and SSH itself inside the tunnel, ended here by Apache MINA SSHD and mapped onto the api.
 *
 * <p>Start at {@link dev.sandjar.server.door.ssh.ConnectRoutes}, then {@link dev.sandjar.server.door.ssh.SshDoor}. Nothing of a client's runs on this
 * machine: commands, files and ports are all the sandbox's.
 */
@NullMarked
package dev.sandjar.server.door.ssh;

import org.jspecify.annotations.NullMarked;
