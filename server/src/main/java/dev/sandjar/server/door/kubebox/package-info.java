/**
 * What kubebox clients speak, REST and Socket.IO, on the server's own port: {@code docs/kubebox.md}.
 *
 * <p>Start at {@code KubeboxRoutes}, the table; then {@code Call}, one request, and {@code SocketClient}, one connection. {@code Sessions} says which sandbox a
 * session is, {@code Processes} which of its commands a process. Nothing is remembered here but where sandboxes were found and who watches what: a
 * restarted server and another replica find all of it again. Not here: the protocols of Engine.IO and Socket.IO, which a library speaks over {@code
 * SocketLine}.
 */
@NullMarked
package dev.sandjar.server.door.kubebox;

import org.jspecify.annotations.NullMarked;
