/**
 * What can be configured; each interface is a subject, each method's comment the reference.
 *
 * <p>Start at {@link dev.sandjar.server.config.ServerConfig}.
 */
@NullMarked
package dev.sandjar.server.config;

import org.jspecify.annotations.NullMarked;
