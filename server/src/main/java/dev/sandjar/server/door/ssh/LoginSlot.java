package dev.sandjar.server.door.ssh;

import java.util.concurrent.atomic.AtomicBoolean;

/** The room of a connection that nobody has logged in on yet; given back once, at the login or the end. */
final class LoginSlot implements AutoCloseable {
    private final AtomicBoolean gone = new AtomicBoolean();
    private final Runnable giveBack;

    LoginSlot(Runnable giveBack) {
        this.giveBack = giveBack;
    }

    @Override
    public void close() {
        if (!gone.getAndSet(true)) {
            giveBack.run();
        }
    }
}
