package dev.sandjar.server.body;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import dev.sandjar.server.limit.Shares;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;

/** A body that is read whole, once it is known whose it is. Few large ones are read at one time: together they would fill the memory. */
public final class WholeBody {
    /** As nearly all are; these wait for nobody. */
    private static final int SMALL = 64 * 1024;

    private static final int PIECE = 8 * 1024;

    /** How many times as long as a client may be silent it may send in all. */
    private static final int LONGEST = 4;

    private static final Shares LARGE_ONES = new Shares(4);

    /** Those of which the beginning is kept until it is their turn. */
    private static final Shares WAITING = new Shares(64);

    private WholeBody() {}

    /**
     * Reads to the end.
     *
     * @param owner whose it is
     * @param largest bytes; a longer one is refused
     * @param silence how long others may keep a large one waiting (limit "body")
     * @throws SandboxException {@code TOO_LARGE}; {@code DEADLINE_EXCEEDED}, when it or its turn takes too long; {@code UNAVAILABLE}, when it ends early; {@code RATE_LIMITED} when this owner's share of those that wait, 32 if nobody else's do, is used up
     */
    public static byte[] read(InputStream body, String owner, int largest, Duration silence)
            throws InterruptedException {
        long giveUp = System.nanoTime() + silence.multipliedBy(LONGEST).toNanos();
        byte[] start = some(body, SMALL, giveUp, silence);
        if (start.length < SMALL) {
            return start;
        }
        awaitTurn(owner, silence);
        try {
            byte[] rest = some(body, largest - SMALL + 1, giveUp, silence);
            if (start.length + rest.length > largest) {
                throw new SandboxException(
                        ErrorCode.TOO_LARGE, "the body is larger than " + largest + " bytes", "send less", null);
            }
            byte[] all = Arrays.copyOf(start, start.length + rest.length);
            System.arraycopy(rest, 0, all, start.length, rest.length);
            return all;
        } finally {
            LARGE_ONES.giveBack(owner, 1);
        }
    }

    private static void awaitTurn(String owner, Duration silence) throws InterruptedException {
        if (!WAITING.tryTake(owner, 1)) {
            throw new SandboxException(
                    ErrorCode.RATE_LIMITED,
                    "too many of your bodies of more than " + SMALL + " bytes wait to be read",
                    "send fewer at a time",
                    null);
        }
        try {
            if (!LARGE_ONES.take(owner, 1, silence)) {
                throw SandboxException.deadlineExceeded(
                        "body", silence.toSeconds() + " s", "waiting for other large bodies");
            }
        } finally {
            WAITING.giveBack(owner, 1);
        }
    }

    /** A client that sends a byte now and then is not silent, and would keep others waiting for ever. */
    private static byte[] some(InputStream body, int most, long giveUp, Duration silence) {
        var read = new ByteArrayOutputStream();
        byte[] piece = new byte[PIECE];
        try {
            while (read.size() < most) {
                int count = body.read(piece, 0, Math.min(piece.length, most - read.size()));
                if (count < 0) {
                    break;
                }
                read.write(piece, 0, count);
                if (System.nanoTime() > giveUp) {
                    throw SandboxException.deadlineExceeded(
                            "body", LONGEST + " × " + silence.toSeconds() + " s", "the whole body");
                }
            }
            return read.toByteArray();
        } catch (IOException e) {
            throw e.getCause() instanceof SandboxException why
                    ? why
                    : new SandboxException(ErrorCode.UNAVAILABLE, "the body ended early", "send it again", e);
        }
    }

    /** The error for a body of few bytes that say much. */
    public static SandboxException tooMany(int most) {
        return new SandboxException(
                ErrorCode.TOO_LARGE, "the body has more than " + most + " values and names", "send fewer", null);
    }
}
