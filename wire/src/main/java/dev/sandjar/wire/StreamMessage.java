package dev.sandjar.wire;

import dev.sandjar.CommandId;
import dev.sandjar.CommandSpec;
import dev.sandjar.Ending;
import dev.sandjar.Output;
import dev.sandjar.SandboxException;
import dev.sandjar.Signal;
import dev.sandjar.Window;
import java.nio.ByteBuffer;
import java.util.OptionalInt;

/**
 * One message of a sandbox's stream (docs/streams.md): what happens to one command, on a channel that the client has numbered. Bytes travel as
 * binary messages, all else as JSON; {@link StreamMessages} reads and writes both.
 */
public sealed interface StreamMessage {
    /** The longest message, in bytes. */
    int LARGEST = 1 << 20;

    /** How far input may be ahead of what the server has taken, in bytes. */
    int INPUT_WINDOW = 256 * 1024;

    /** The widest window. */
    int LARGEST_WINDOW = 16 << 20;

    /** What a piece of output counts in a window besides its bytes: as much as a journal spends on it. */
    int PIECE = 512;

    /** 0 or more; of the client's choice. */
    int channel();

    /** What a client says. */
    sealed interface FromClient extends StreamMessage {}

    /** What the server says. */
    sealed interface FromServer extends StreamMessage {}

    /**
     * Starts a command.
     *
     * @param window how much output may be on its way, each piece counting {@link #PIECE} more; 0: none until {@link Follow}; empty: as much as the
     *     connection takes, and none of it is held
     */
    record Start(int channel, CommandId id, CommandSpec spec, OptionalInt window) implements FromClient {}

    /**
     * Follows a command that was started before, or after a cut goes on with the channel.
     *
     * @param offset where its output shall begin
     * @param input how many bytes of input the server had said that it took
     */
    record Attach(int channel, CommandId id, long offset, long input, OptionalInt window) implements FromClient {}

    /** From now on so much output may be on its way. */
    record Follow(int channel, int window) implements FromClient {}

    /**
     * Output arrived.
     *
     * @param offset everything before it; room in the window
     * @param safe everything before it is kept by its reader, and may be forgotten
     */
    record Taken(int channel, long offset, long safe) implements FromClient {}

    /** Bytes of standard input, at least one; binary. */
    record Input(int channel, long offset, ByteBuffer bytes) implements FromClient {}

    /** Opens standard input, which has one writer at a time; the first bytes do so too. */
    record OpenInput(int channel) implements FromClient {}

    /** Standard input ends there. */
    record EndInput(int channel, long offset) implements FromClient {}

    /** A signal for the command's process group. */
    record SendSignal(int channel, Signal signal) implements FromClient {}

    /** Kills the command and everything it started. */
    record Kill(int channel) implements FromClient {}

    /** Changes the size of its terminal. */
    record Resize(int channel, Window window) implements FromClient {}

    /**
     * Wants no more of the command, which goes on, and its output is no longer held; its input is free for another. The channel is over.
     *
     * @param forget drops a command that has ended
     */
    record Leave(int channel, boolean forget) implements FromClient {}

    /**
     * The command is there.
     *
     * @param input how many bytes of its input were received on this channel
     */
    record Opened(int channel, long input) implements FromServer {}

    /** Output, binary, or a gap. */
    record Told(int channel, Output output) implements FromServer {}

    /** The command has ended, and all its output was told. */
    record Ended(int channel, Ending ending, long total) implements FromServer {}

    /** Input is open, and so many bytes of it were given to the command. */
    record InputTaken(int channel, long offset) implements FromServer {}

    /** The end of input was given to the command. */
    record InputEnded(int channel) implements FromServer {}

    /** {@link Leave} is done. */
    record Left(int channel) implements FromServer {}

    /** Something was not done. */
    record Failed(int channel, About about, SandboxException why) implements FromServer {}

    /** What failed. */
    enum About {
        /** The command's output or existence: the channel says no more, until it is attached anew. */
        CHANNEL,
        /** Its input: it takes no more. */
        INPUT,
        /** A signal, kill or resize; all else goes on. */
        REQUEST
    }
}
