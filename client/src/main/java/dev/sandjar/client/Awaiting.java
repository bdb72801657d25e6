package dev.sandjar.client;

import dev.sandjar.Ending;
import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.client.http.Target;
import dev.sandjar.wire.Frame;
import dev.sandjar.wire.MalformedFrameException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Waits for a command's ending, over as many connections as that takes. */
final class Awaiting {
    /** As good as no limit. */
    static final Duration FOR_EVER = Duration.ofDays(365);

    private final Server server;
    private final Target target;
    private final long from;

    /** @param from what a loss reports: the offset that the command's reader began at */
    Awaiting(Server server, Target target, long from) {
        this.server = server;
        this.target = target;
        this.from = from;
    }

    Optional<Ending> await(Duration longest) throws InterruptedException {
        Duration limit = longest.compareTo(FOR_EVER) > 0 ? FOR_EVER : longest.isNegative() ? Duration.ZERO : longest;
        long end = System.nanoTime() + limit.toNanos();
        Outage outage = server.outage();
        while (true) {
            Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
            try (FrameStream frames = server.frames(Call.get(target.with("wait", left)), outage)) {
                return ending(frames.next());
            } catch (MalformedFrameException e) {
                throw server.notUnderstood(e);
            } catch (IOException e) {
                failed(outage, e);
            } catch (SandboxException e) {
                return lost(e);
            }
        }
    }

    private static Optional<Ending> ending(Frame frame) throws MalformedFrameException {
        return switch (frame) {
            case Frame.Ended(Ending ending, long _) -> Optional.of(ending);
            case Frame.End _ -> Optional.empty();
            case Frame.Failed(SandboxException why) -> throw why;
            default -> throw new MalformedFrameException("a frame that an ending does not have");
        };
    }

    private static void failed(Outage outage, IOException e) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted while waiting for a command");
        }
        outage.failed(e);
    }

    private Optional<Ending> lost(SandboxException e) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted while waiting for a command");
        }
        if (e.code() != ErrorCode.SANDBOX_LOST && e.code() != ErrorCode.SANDBOX_NOT_FOUND) {
            throw e;
        }
        return Optional.of(new Ending.Lost(from));
    }
}
