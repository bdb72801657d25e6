package dev.sandjar.client;

import dev.sandjar.CommandResult;
import dev.sandjar.Ending;
import dev.sandjar.ErrorCode;
import dev.sandjar.Output;
import dev.sandjar.SandboxException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** What a command wrote until it ended, up to the bound. */
final class Collected {
    private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    private long dropped;

    private Collected() {}

    static CommandResult from(OutputFollower follower) {
        var collected = new Collected();
        try {
            for (Output next = follower.next(); next != null; next = follower.next()) {
                collected.add(next);
            }
        } catch (SandboxException e) {
            if (e.code() != ErrorCode.SANDBOX_LOST) {
                throw e;
            }
        }
        Ending ending = follower.ending().orElseGet(() -> new Ending.Lost(follower.offset()));
        return new CommandResult(
                ending, collected.stdout.toByteArray(), collected.stderr.toByteArray(), collected.dropped);
    }

    private void add(Output output) {
        switch (output) {
            case Output.Chunk(Output.Stream stream, long _, ByteBuffer bytes) ->
                keep(stream == Output.Stream.STDOUT ? stdout : stderr, bytes);
            case Output.Gap(long from, long to) -> dropped += to - from;
        }
    }

    private void keep(ByteArrayOutputStream stream, ByteBuffer bytes) {
        int fits = Math.min(bytes.remaining(), CommandResult.LARGEST_STREAM - stream.size());
        byte[] kept = new byte[fits];
        bytes.duplicate().get(kept);
        stream.writeBytes(kept);
        dropped += bytes.remaining() - fits;
    }
}
