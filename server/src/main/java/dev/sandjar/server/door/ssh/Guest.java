package dev.sandjar.server.door.ssh;

import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import java.util.Optional;
import java.util.function.Function;
import org.apache.sshd.common.session.Session;

/**
 * Who is at the other end of a connection, and whom it leads to.
 *
 * @param address where the client is, for counting
 * @param sandboxes the sandbox for a user's name: in a tunnel always the one that it was made to, at the port the one of that id
 */
record Guest(String address, Function<String, Optional<Sandbox>> sandboxes) {
    static Guest of(Session session) {
        return ((LineSession) session.getIoSession()).guest();
    }

    /**
     * The sandbox of somebody who has logged in: MINA lets nobody else so far, and nobody change his name on the way.
     *
     * @throws SandboxException {@code SANDBOX_NOT_FOUND} when it is gone
     */
    static Sandbox sandbox(Session session) {
        return of(session)
                .sandboxes()
                .apply(session.getUsername())
                .orElseThrow(() -> SandboxException.sandboxNotFound("of that name"));
    }
}
