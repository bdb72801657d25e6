package dev.sandjar.cli;

import dev.sandjar.Ending;
import dev.sandjar.ErrorCode;
import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxException;
import dev.sandjar.Signal;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/** A command's streams, joined to our own byte for byte, and its ending as our exit code. */
final class PassThrough {
    private static final Signal PIPE = new Signal(13);
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private PassThrough() {}

    /**
     * Runs until the command has ended.
     *
     * @return the exit code to end with
     */
    static int join(RunningCommand command) throws InterruptedException {
        Thread.ofPlatform().daemon().name("stdin").start(() -> copyInput(command));
        try {
            return follow(command);
        } catch (IOException nobodyReads) {
            end(command); // as a shell would: its reader has gone, so it goes, too
            return broken(nobodyReads);
        }
    }

    /** As {@link #join}, but the command stays as it is when our reader has gone. */
    static int watch(RunningCommand command) throws InterruptedException {
        try {
            return follow(command);
        } catch (IOException nobodyReads) {
            return broken(nobodyReads);
        }
    }

    private static int follow(RunningCommand command) throws InterruptedException, IOException {
        var streams = new Streams();
        for (var output = command.output(); output.hasNext(); ) {
            streams.write(output.next());
        }
        Ending ending = command.await();
        String news = switch (ending) {
            case Ending.Exited _, Ending.Killed _ -> "";
            case Ending.TimedOut _ -> Json.word(ending);
            case Ending.OutOfMemory _ -> "ran out of memory";
            case Ending.Lost _ -> "is lost: its sandbox does not answer any more";
        };
        if (!news.isEmpty()) {
            System.err.println("sandjar: the command " + news);
        }
        return ending.shellStatus();
    }

    private static void end(RunningCommand command) throws InterruptedException {
        try {
            command.signal(PIPE);
            if (command.await(LAST_WORDS).isEmpty()) {
                command.kill(); // many ignore SIGPIPE and wait for a write to fail, which here none does
            }
        } catch (SandboxException gone) {
            // it has ended by itself
        }
    }

    /** Tells why our own output cannot be written, unless its reader simply has enough. */
    static int broken(IOException e) {
        if ("Broken pipe".equals(e.getMessage())) {
            return Complaints.PIPE_BROKEN;
        }
        System.err.println("sandjar: the output cannot be written: " + e.getMessage());
        return Complaints.FAILED;
    }

    private static void copyInput(RunningCommand command) {
        try (OutputStream to = command.stdin();
                InputStream from = new FileInputStream(FileDescriptor.in)) {
            from.transferTo(to);
        } catch (IOException ended) {
            // the command reads no more; what it does next is its own affair
        } catch (SandboxException e) {
            if (e.code() == ErrorCode.INTERNAL) {
                System.err.println("sandjar: " + Text.safe(String.valueOf(e.getMessage())));
            }
        }
    }
}
