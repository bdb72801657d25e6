package dev.sandjar.cli;

import dev.sandjar.Ending;
import dev.sandjar.Output;
import dev.sandjar.RunningCommand;
import dev.sandjar.Signal;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Iterator;

/** A command's streams, joined to our own byte for byte, and its ending as our exit code. */
final class PassThrough {
    private PassThrough() {}

    /**
     * Runs until the command has ended.
     *
     * @return the exit code to end with
     */
    static int follow(RunningCommand command, boolean input) throws InterruptedException, IOException {
        if (input) {
            Thread.ofPlatform().daemon().name("stdin").start(() -> copyInput(command));
        }
        var stdout = new FileOutputStream(FileDescriptor.out);
        var stderr = new FileOutputStream(FileDescriptor.err);
        byte[] buffer = new byte[64 * 1024];
        Iterator<Output> output = command.output();
        while (output.hasNext()) {
            switch (output.next()) {
                case Output.Chunk(Output.Stream stream, long _, ByteBuffer bytes) -> {
                    if (!write(stream == Output.Stream.STDOUT ? stdout : stderr, bytes, buffer)) {
                        command.signal(new Signal(13)); // our reader has gone, so has the command's
                        return 141;
                    }
                }
                case Output.Gap(long from, long to) ->
                    System.err.println(
                            "sandjar: " + (to - from) + " bytes of output were forgotten before they were read");
            }
        }
        Ending ending = command.await();
        switch (ending) {
            case Ending.Exited _, Ending.Killed _ -> {}
            case Ending.TimedOut _, Ending.OutOfMemory _, Ending.Lost _ ->
                System.err.println("sandjar: the command " + Json.word(ending));
        }
        return ending.shellStatus();
    }

    private static boolean write(FileOutputStream to, ByteBuffer bytes, byte[] buffer) {
        try {
            while (bytes.hasRemaining()) {
                int count = Math.min(buffer.length, bytes.remaining());
                bytes.get(buffer, 0, count);
                to.write(buffer, 0, count);
            }
            return true;
        } catch (IOException brokenPipe) {
            return false;
        }
    }

    private static void copyInput(RunningCommand command) {
        try (OutputStream to = command.stdin();
                InputStream from = new FileInputStream(FileDescriptor.in)) {
            from.transferTo(to);
        } catch (IOException ended) {
            // the command reads no more; what it does next is its own affair
        }
    }
}
