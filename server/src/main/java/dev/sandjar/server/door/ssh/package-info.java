/**
 * SSH: {@code CONNECT} on the sessions' paths, or a port of its own, and SSH itself inside it, ended here by Apache MINA SSHD and mapped onto the api.
 *
 * <p>From outside to inside: {@link dev.sandjar.server.door.ssh.ConnectRoutes} and {@code SshPort} let clients in, each connection a {@code Line} with
 * a {@code Guest}; {@link dev.sandjar.server.door.ssh.SshDoor} sets MINA up and serves them ({@code LineSession}, {@code Doorway}), under limits ({@code
 * LoginSlot}, {@code SessionLimits}, {@code OneService}, {@code SshConnectionService}); {@code Logins} says who may log in; a channel is a command
 * ({@code CommandRun}), a file transfer ({@code FileTransfer}), or a port ({@code DirectChannel}, {@code RemotePorts}, {@code ForwardedChannel}).
 *
 * <p>Nothing of a client's runs on this machine: commands, files and ports are all the sandbox's. Not here: SFTP's packets, which the agent answers; who
 * a token belongs to ({@code auth}); what a caller may do ({@code limit}).
 */
@NullMarked
package dev.sandjar.server.door.ssh;

import org.jspecify.annotations.NullMarked;
