package dev.sandjar.cli;

import dev.sandjar.Output;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.locks.LockSupport;

/** Our own standard output and standard error, for bytes that must arrive as they are. */
final class Streams {
    private final FileChannel stdout = new FileOutputStream(FileDescriptor.out).getChannel();
    private final FileChannel stderr = new FileOutputStream(FileDescriptor.err).getChannel();
    private final String lineEnd;

    Streams() {
        this("\n");
    }

    /** @param lineEnd of what we say ourselves; a terminal that is raw needs a carriage return, too */
    Streams(String lineEnd) {
        this.lineEnd = lineEnd;
    }

    /** Writes what a command wrote, to the same stream; of what was forgotten, says how much. */
    void write(Output output) throws IOException {
        switch (output) {
            case Output.Chunk(Output.Stream stream, long _, ByteBuffer bytes) ->
                writeAll(stream == Output.Stream.STDOUT ? stdout : stderr, bytes);
            case Output.Gap(long from, long to) ->
                System.err.print(
                        "sandjar: " + (to - from) + " bytes of output were forgotten before they were read" + lineEnd);
        }
    }

    /** To standard output. */
    void write(ByteBuffer bytes) throws IOException {
        writeAll(stdout, bytes);
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) == 0) {
                // somebody has made our output non-blocking, and it is full; Java has no event for when it is not
                LockSupport.parkNanos(1_000_000);
            }
        }
    }
}
