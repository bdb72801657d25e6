/**
 * Socket.IO as far as kubebox goes: one connection, its events, its heartbeat. Protocol 5 over Engine.IO 4, over a WebSocket from the beginning; text, the default
 * namespace, no acknowledgements.
 *
 * <p>Start at {@link dev.sandjar.compat.kubebox.socket.SocketIo}. Not here: what the events mean, and what is done when the connection is lost.
 */
@NullMarked
package dev.sandjar.compat.kubebox.socket;

import org.jspecify.annotations.NullMarked;
