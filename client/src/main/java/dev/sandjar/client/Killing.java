package dev.sandjar.client;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.client.http.Target;
import java.io.IOException;

/** Kills a command whose start may still be under way at the server. */
final class Killing {
    private static final int ATTEMPTS = 6; // pauses of 40, 80, ... ms

    private final Server server;
    private final Target target;

    Killing(Server server, Target target) {
        this.server = server;
        this.target = target;
    }

    void run() {
        Outage pauses = server.outage();
        for (int i = 0; i < ATTEMPTS; i++) {
            try {
                server.tell(Call.post(target).again());
                return;
            } catch (SandboxException e) {
                if (e.code() != ErrorCode.COMMAND_NOT_FOUND) {
                    return; // the sandbox is gone, and the command with it; or nobody can be reached
                }
            }
            pauses.failed(new IOException("not started yet"));
        }
    }
}
