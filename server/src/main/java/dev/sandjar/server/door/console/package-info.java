/**
 * A page for people at {@code /console/}: their sandboxes, with terminals, files and commands.
 *
 * <p>Start at {@link dev.sandjar.server.door.console.ConsoleRoutes}. What the page is made of lies in the resources, in {@code console}, as it is sent; it
 * speaks {@code /v1/api} as any other client does. Not here: anything that a request could change, and anything that is not for everybody.
 */
@NullMarked
package dev.sandjar.server.door.console;

import org.jspecify.annotations.NullMarked;
