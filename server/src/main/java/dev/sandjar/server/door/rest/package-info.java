/**
 * The REST door: the sessions API, as clients in the field speak it.
 *
 * <p>Start at {@link dev.sandjar.server.door.rest.SessionsResource}. A handler parses, calls and renders. Not here: any rule about sandboxes.
 */
@NullMarked
package dev.sandjar.server.door.rest;

import org.jspecify.annotations.NullMarked;
