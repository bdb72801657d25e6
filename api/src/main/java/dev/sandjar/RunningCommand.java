package dev.sandjar;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;

/**
 * A command that was started, whether it still runs or not.
 *
 * <p>Its output is kept by the sandbox's agent in a journal, so reading may begin late, stop, and begin anew at an offset. Read it in
 * one of two ways: {@link #output} (both streams in their order), or {@link #stdout} and {@link #stderr} (each by itself). One thread may
 * read while others write, signal or await.
 */
public interface RunningCommand extends AutoCloseable {
    /**
     * Its name, good for {@link Sandbox#attach}.
     *
     * @return the id
     */
    CommandId id();

    /**
     * How it is now.
     *
     * @return a fresh look
     * @throws SandboxException {@code COMMAND_NOT_FOUND} when it was forgotten
     */
    CommandInfo info();

    /**
     * Both streams in the order in which the agent read them. Blocks for the next; ends when the command has ended and all was read.
     *
     * @return the output from this handle's offset on; the same iterator at every call
     * @throws SandboxException {@code SANDBOX_LOST} from {@code hasNext} when the connection is gone: never an end that is none
     */
    Iterator<Output> output();

    /**
     * Says that all output before an offset is safe with its reader. Who never says so is taken to be done with each piece when it asks for
     * the next. From the first call on, output that is held ({@code HOLD}) is held until this says so: for readers that pass it on, and that
     * will attach again at what they are sure of, after a cut or a crash of this process. The command waits when the journal is full of what
     * was not confirmed.
     *
     * @param offset everything before it is safe; one that was confirmed already changes nothing
     * @throws SandboxException {@code INVALID_ARGUMENT} when {@link #output} has not come so far
     * @throws IllegalStateException when {@link #stdout} and {@link #stderr} are in use
     */
    void confirm(long offset);

    /**
     * Standard output alone.
     *
     * @return a stream that ends when the command has ended; reads throw an {@code IOException} caused by {@code OUTPUT_LOST} or {@code SANDBOX_LOST}
     */
    InputStream stdout();

    /**
     * Standard error alone.
     *
     * @return as {@link #stdout}
     */
    InputStream stderr();

    /**
     * Reads a range of what it has written so far. Nothing is waited for and nothing is held: whoever follows the output is not disturbed.
     *
     * @param streams whose bytes; at least one
     * @param from offset over both streams, at most what was written so far
     * @param to offset over both streams, not before {@code from}; what is not written yet is left out, and so is what is beyond {@link
     *     OutputRange#LONGEST}
     * @return one piece without a gap, which begins later where the journal has forgotten the beginning
     * @throws SandboxException {@code OUTPUT_LOST} when all of it was forgotten, {@code INVALID_ARGUMENT}, {@code COMMAND_NOT_FOUND}
     */
    OutputRange read(Set<Output.Stream> streams, long from, long to);

    /**
     * Standard input. Closing it is the end of the command's input.
     *
     * @return a stream that blocks while the command does not read; writes fail after the command has ended
     * @throws SandboxException {@code INVALID_STATE} when the command was started without one
     */
    OutputStream stdin();

    /**
     * Sends a signal to the command's process group. Does nothing when it has ended.
     *
     * @param signal which
     */
    void signal(Signal signal);

    /** Kills the command and everything it started. Does nothing when it has ended. */
    void kill();

    /**
     * Changes its terminal's size.
     *
     * @param window the new size
     * @throws SandboxException {@code INVALID_STATE} when it has no terminal
     */
    void resize(Window window);

    /**
     * Waits until the command has ended. Does not read its output: with {@code HOLD}, somebody must.
     *
     * @return how it ended
     * @throws InterruptedException the command goes on
     */
    Ending await() throws InterruptedException;

    /**
     * Waits until the command has ended, or for so long.
     *
     * @param longest how long to wait
     * @return empty when it still runs
     * @throws InterruptedException the command goes on
     */
    Optional<Ending> await(Duration longest) throws InterruptedException;

    /**
     * Drops a command that has ended, with what its journal still has; {@link Sandbox#run} does so by itself.
     *
     * @throws SandboxException {@code INVALID_STATE} while it runs
     */
    void forget();

    /** Lets go of the command, which goes on; its output is no longer held for this reader. */
    @Override
    void close();
}
