/**
 * HTTP/1.1 as far as the client needs it, over sockets that can be read and written at the same time, upgraded, and interrupted.
 *
 * <p>Start at {@link dev.sandjar.client.http.Connections}, then {@code HttpConnection}. Why not the JDK's client: {@code docs/http-api.md}. Not here:
 * what requests mean, and what is repeated after a cut ({@code dev.sandjar.client}).
 */
@NullMarked
package dev.sandjar.client.http;

import org.jspecify.annotations.NullMarked;
