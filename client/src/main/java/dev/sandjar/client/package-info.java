/**
 * The api over a server: the same results, errors and texts as in process, and streams that go on after a cut.
 *
 * <p>Start at {@code ServerProvider}, then {@code Server}, through which everything goes. The protocol is described in {@code
 * docs/http-api.md}, its bytes are {@link dev.sandjar.wire}. Not here: HTTP ({@link dev.sandjar.client.http}), and any rule about
 * sandboxes, all of which the server has.
 */
@NullMarked
package dev.sandjar.client;

import org.jspecify.annotations.NullMarked;
