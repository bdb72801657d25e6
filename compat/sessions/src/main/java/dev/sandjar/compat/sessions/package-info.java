/**
 * The Sandbox Sessions API for Java: sessions, runs and files by REST, and SSH through HTTP {@code CONNECT}.
 *
 * <p>Start at {@link dev.sandjar.compat.sessions.SessionsClient}; {@link dev.sandjar.compat.sessions.SessionSshClient} is the way into a session's
 * shell. It speaks to any server of that API and knows nothing of Sandjar: what only Sandjar's server can do belongs into the api and its client.
 */
@NullMarked
package dev.sandjar.compat.sessions;

import org.jspecify.annotations.NullMarked;
