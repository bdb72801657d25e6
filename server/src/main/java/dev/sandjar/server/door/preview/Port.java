package dev.sandjar.server.door.preview;

import dev.sandjar.ErrorCode;
import dev.sandjar.Sandbox;
import dev.sandjar.SandboxConnection;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxState;

/** A port of a sandbox: who answers there. */
final class Port {
    private Port() {}

    /**
     * Connects.
     *
     * @throws SandboxException {@code UNAVAILABLE} while the sandbox is paused
     * @throws ProgramException when nobody listens there
     */
    static SandboxConnection dial(Sandbox sandbox, int port) throws ProgramException {
        requireRunning(sandbox);
        try {
            return sandbox.dial(port);
        } catch (SandboxException e) {
            requireRunning(sandbox); // it may have been paused just now
            if (e.code() == ErrorCode.UNAVAILABLE) {
                throw ProgramException.nothingListens(port, e);
            }
            throw e;
        }
    }

    private static void requireRunning(Sandbox sandbox) {
        SandboxState state = sandbox.info().state();
        if (state == SandboxState.PAUSED || state == SandboxState.PENDING) {
            throw new SandboxException(
                    ErrorCode.UNAVAILABLE,
                    "the sandbox is " + state.word(),
                    "resume it first: sandjar resume " + sandbox.id(),
                    null);
        }
    }
}
