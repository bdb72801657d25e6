package dev.sandjar;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a command left behind when it ended: its ending, and its output up to a bound. */
public final class CommandResult {
    /** How much of each stream {@link Sandbox#run} keeps; what is more is counted and dropped. */
    public static final int LARGEST_STREAM = 16 << 20;

    private final Ending ending;
    private final byte[] stdout;
    private final byte[] stderr;
    private final long dropped;

    /**
     * For implementers of {@link Sandbox}.
     *
     * @param ending how it ended
     * @param stdout what it wrote to standard output
     * @param stderr what it wrote to standard error
     * @param dropped bytes over the bound, or forgotten by the journal, of both streams together
     */
    public CommandResult(Ending ending, byte[] stdout, byte[] stderr, long dropped) {
        this.ending = ending;
        this.stdout = stdout;
        this.stderr = stderr;
        this.dropped = dropped;
    }

    /**
     * How it ended.
     *
     * @return the ending
     */
    public Ending ending() {
        return ending;
    }

    /**
     * What a shell would report; see {@link Ending#shellStatus}.
     *
     * @return 0 to 255
     */
    public int exitCode() {
        return ending.shellStatus();
    }

    /**
     * Standard output as text.
     *
     * @return UTF-8; bytes that are none become U+FFFD
     */
    public String stdout() {
        return new String(stdout, StandardCharsets.UTF_8);
    }

    /**
     * Standard error as text.
     *
     * @return UTF-8; bytes that are none become U+FFFD
     */
    public String stderr() {
        return new String(stderr, StandardCharsets.UTF_8);
    }

    /**
     * Standard output as it was written.
     *
     * @return a copy
     */
    public byte[] stdoutBytes() {
        return Arrays.copyOf(stdout, stdout.length);
    }

    /**
     * Standard error as it was written.
     *
     * @return a copy
     */
    public byte[] stderrBytes() {
        return Arrays.copyOf(stderr, stderr.length);
    }

    /**
     * Output that is not in this result because it was too much.
     *
     * @return bytes, 0 when the result is whole
     */
    public long dropped() {
        return dropped;
    }

    /** The ending and sizes, never the output, which may hold secrets. */
    @Override
    public String toString() {
        return ending + ", " + stdout.length + " bytes out, " + stderr.length + " bytes err";
    }
}
