/**
 * The native API over HTTP, {@code /v1/api}: all of {@code dev.sandjar}, for {@code dev.sandjar.client}. Described in {@code
 * docs/http-api.md}.
 *
 * <p>Start at {@code ApiDoor}, the table of routes; then {@code ApiCall}, one request. Requests are served on virtual threads that block;
 * what crosses over to Vert.x's event loops is in {@code FrameSink} and {@code server.body}. Not here: any rule about sandboxes, and what
 * a command says and hears while it runs ({@code door.stream}).
 */
@NullMarked
package dev.sandjar.server.door.api;

import org.jspecify.annotations.NullMarked;
