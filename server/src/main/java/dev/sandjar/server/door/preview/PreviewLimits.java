package dev.sandjar.server.door.preview;

import io.vertx.core.Vertx;
import java.time.Duration;

/**
 * How long anybody may keep anybody waiting.
 *
 * @param vertx whose timers are used
 * @param body how long a client may send nothing in the middle of a body
 * @param answer how long nothing may move before and in an answer
 * @param idle how long a WebSocket may be silent
 * @param longest how long any of it may last
 */
record PreviewLimits(Vertx vertx, Duration body, Duration answer, Duration idle, Duration longest) {}
