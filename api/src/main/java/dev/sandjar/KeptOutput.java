package dev.sandjar;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** What a command wrote until it ended, up to the bound of {@link CommandResult}. */
final class KeptOutput implements Consumer<Output> {
    private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    private long dropped;

    @Override
    public void accept(Output output) {
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

    CommandResult result(Ending ending) {
        return new CommandResult(ending, stdout.toByteArray(), stderr.toByteArray(), dropped);
    }
}
