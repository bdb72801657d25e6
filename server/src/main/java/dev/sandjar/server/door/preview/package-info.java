/**
 * Programs in sandboxes, seen from outside: HTTP and WebSocket to a port of one, by path ({@code /v1/sandboxes/ID/ports/PORT/}) and by host name ({@code
 * PORT-ID.preview.example}).
 *
 * <p>Start at {@link dev.sandjar.server.door.preview.PreviewRoutes}: who asks, and for which port ({@code Visit}). {@code Visitors} says who may; {@code Exchange} carries one
 * request in and its answer out, {@code Upgraded} a WebSocket; {@code RequestHead} and {@code AnswerHead} decide what of the headers passes. The
 * program, its pages and whoever asks are all hostile, to the server and to each other. Not here: how a port is reached ({@code Sandbox.dial}).
 */
@NullMarked
package dev.sandjar.server.door.preview;

import org.jspecify.annotations.NullMarked;
