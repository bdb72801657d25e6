package dev.sandjar.cli;

import dev.sandjar.Ending;
import dev.sandjar.ErrorCode;
import dev.sandjar.Output;
import dev.sandjar.RunningCommand;
import dev.sandjar.SandboxException;
import dev.sandjar.Signal;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;

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
            copy(command.output());
        } catch (IOException nobodyReads) {
            end(command); // as a shell would: its reader has gone, so it goes, too
            return broken(nobodyReads);
        }
        return report(command.await());
    }

    /**
     * As {@link #join}, but the command is not ours to end: it goes on as it is when our input ends, when our reader has gone, and when it is left.
     *
     * @throws SandboxException {@code NO_CAPACITY} when somebody else writes to it
     */
    static int attach(RunningCommand command, Following output) throws InterruptedException {
        input(command)
                .ifPresent(to -> Thread.ofPlatform().daemon().name("stdin").start(() -> copyInput(to)));
        return follow(command, output);
    }

    /** As {@link #attach}, but reads only. */
    static int watch(RunningCommand command) throws InterruptedException {
        return follow(command, new Following(command));
    }

    private static int follow(RunningCommand command, Following output) throws InterruptedException {
        try {
            copy(output);
        } catch (IOException nobodyReads) {
            return output.left().orElseGet(() -> broken(nobodyReads));
        }
        return output.left().isPresent() ? output.left().getAsInt() : report(command.await());
    }

    private static void copy(Iterator<Output> output) throws IOException {
        var streams = new Streams();
        while (output.hasNext()) {
            streams.write(output.next());
        }
    }

    /** Says how a command has ended, as far as the exit code does not, which it returns. */
    static int report(Ending ending) {
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
        try (OutputStream to = command.stdin()) {
            copyInput(to);
        } catch (IOException ended) {
            // as when it reads no more
        } catch (SandboxException e) {
            if (e.code() == ErrorCode.INTERNAL) {
                System.err.println("sandjar: " + Text.safe(String.valueOf(e.getMessage())));
            }
        }
    }

    private static void copyInput(OutputStream to) {
        try (InputStream from = new FileInputStream(FileDescriptor.in)) {
            from.transferTo(to);
        } catch (IOException ended) {
            // the command reads no more; what it does next is its own affair
        }
    }

    /** Empty when it was started without one. */
    private static Optional<OutputStream> input(RunningCommand command) {
        try {
            return Optional.of(command.stdin());
        } catch (SandboxException e) {
            if (e.code() == ErrorCode.INVALID_STATE) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
