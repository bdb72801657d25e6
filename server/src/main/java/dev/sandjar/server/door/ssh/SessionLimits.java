package dev.sandjar.server.door.ssh;

import dev.sandjar.Sandbox;
import dev.sandjar.SandboxException;
import dev.sandjar.SandboxState;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * How long a connection may last, how long it may be silent, how long a client may take to log in; and that it ends with its sandbox. MINA's own limits
 * wait for a client that does not read, so they are off.
 */
final class SessionLimits implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(SessionLimits.class);
    private static final Duration GLANCE = Duration.ofSeconds(5); // nobody tells when a sandbox ends
    private static final Duration GRACE = Duration.ofSeconds(2); // for the reason to reach the client
    private static final Set<SandboxState> OVER =
            EnumSet.of(SandboxState.STOPPING, SandboxState.TERMINATED, SandboxState.FAILED);

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("ssh-limits").factory());
    private final Duration login;
    private final Duration idle;
    private final Duration longest;

    SessionLimits(Duration login, Duration idle, Duration longest) {
        timer.setRemoveOnCancelPolicy(true); // what has ended is not kept until it would have been looked at
        this.login = login;
        this.idle = idle;
        this.longest = longest;
    }

    /** Looks after a session until it ends. */
    void watch(Session session, LineSession connection) {
        var watch = new Watch(session, connection);
        session.addSessionListener(watch);
        watch.again();
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    private final class Watch implements Runnable, SessionListener {
        private final Session session;
        private final LineSession connection;
        private final long begin = System.nanoTime();
        private volatile @Nullable Future<?> next;
        private boolean mistaken;

        Watch(Session session, LineSession connection) {
            this.session = session;
            this.connection = connection;
        }

        void again() {
            Duration pause = session.isAuthenticated() ? GLANCE : login;
            next = timer.schedule(this, Math.min(pause.toMillis(), idle.toMillis()) + 1, TimeUnit.MILLISECONDS);
            if (!session.isOpen()) {
                sessionClosed(session); // it ended just now, and nobody saw this
            }
        }

        @Override
        public void run() {
            why().ifPresentOrElse(this::end, this::again);
        }

        /** Its last words may wait for a client that does not read. Nothing of the session is kept that long. */
        @Override
        public void sessionClosed(Session ended) {
            Future<?> look = next;
            if (look != null) {
                look.cancel(false);
            }
            cutSoon();
        }

        private void cutSoon() {
            Line line = connection.line();
            try {
                timer.schedule(line::cut, GRACE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException stopping) {
                line.cut();
            }
        }

        private Optional<String> why() {
            long now = System.nanoTime();
            if (!session.isAuthenticated()) {
                return since(begin, now).compareTo(login) < 0 ? Optional.empty() : Optional.of(limit("login", login));
            }
            if (since(begin, now).compareTo(longest) >= 0) {
                return Optional.of(limit("longest", longest));
            }
            if (since(connection.lastBytes(), now).compareTo(idle) >= 0) {
                return Optional.of(limit("idle", idle));
            }
            return gone() ? Optional.of("the sandbox is gone") : Optional.empty();
        }

        private boolean gone() {
            try {
                Sandbox sandbox = Guest.sandbox(session);
                return OVER.contains(sandbox.info().state());
            } catch (SandboxException notFound) {
                return true;
            } catch (RuntimeException mistake) { // of ours: the next look is needed the more
                if (!mistaken) {
                    LOG.errorf(mistake, "the sandbox of an SSH connection cannot be looked at");
                }
                mistaken = true;
                return false;
            }
        }

        /** The last words may have to wait for a client that does not read: not here. */
        private void end(String why) {
            Thread.ofVirtual().name("ssh-end").start(() -> {
                try {
                    session.disconnect(SshConstants.SSH2_DISCONNECT_BY_APPLICATION, why);
                } catch (IOException e) {
                    // nobody to tell
                }
            });
            cutSoon();
        }
    }

    private static Duration since(long then, long now) {
        return Duration.ofNanos(now - then);
    }

    private static String limit(String name, Duration value) {
        return value.toSeconds() + " s are over (limit sandjar.ssh." + name + ")";
    }
}
