package dev.sandjar.cli;

import dev.sandjar.Output;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Our terminal, while a command in a sandbox writes on it. Once this is closed, what the command has switched on is off again, and no answer to what it has asked
 * is still to come: whoever reads the terminal next is a shell of this machine, which would take it for typed.
 */
final class Screen implements AutoCloseable {
    /** A terminal answers in order, and all of them answer this. */
    private static final String HOW_ARE_YOU = "\u001b[5n";

    /** Out of a sequence that is not complete, of a VT52's ways, of the other screen; without reports, and with a cursor that is seen. */
    private static final String AS_USUAL = "\u0018\u001b<"
            + "\u001b7\u001b[?1049l" // the cursor stays where it is, if the main screen is shown already
            + "\u001b[?9;1000;1002;1003;1004;1005;1006;1015;1016;2004l" // mouse, focus, what is pasted
            + "\u001b[?1l\u001b>\u001b[>4m\u001b[<99u" // keys
            + "\u001b[?7;25h\u001b[0 q\u001b[0m\u001b(B\u000f"; // lines that wrap, cursor, colours, signs

    private final Keyboard keyboard;
    private final Streams streams = new Streams("\r\n");
    private boolean plain = true; // nothing was written but text

    Screen(Keyboard keyboard) {
        this.keyboard = keyboard;
    }

    /** Shows what was written before we came, and then begins with the keys: what it asks was answered when it was new. */
    void begin(ByteBuffer old) throws IOException {
        plain = isPlain(old);
        if (plain) {
            streams.write(old);
            keyboard.start();
            return;
        }
        keyboard.hold();
        keyboard.start();
        streams.write(old);
        settle();
        keyboard.pass();
    }

    void write(Output output) throws IOException {
        plain = plain && !(output instanceof Output.Chunk(var _, long _, ByteBuffer bytes) && !isPlain(bytes));
        streams.write(output);
    }

    /** A line of our own. */
    static void note(String text) {
        System.err.print("\r\nsandjar: " + text + "\r\n");
    }

    static void bell() {
        System.err.print('\007');
    }

    private void settle() throws IOException {
        say(HOW_ARE_YOU);
        keyboard.awaitAnswer();
    }

    private void say(String text) throws IOException {
        streams.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }

    /** Whether a terminal does nothing with it but to show it: of control characters a bell and ends of lines; beyond ASCII there may be others. */
    private static boolean isPlain(ByteBuffer bytes) {
        for (int i = bytes.position(); i < bytes.limit(); i++) {
            byte one = bytes.get(i);
            if (one < ' ' && (one < 7 || one > '\r')) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        if (plain) {
            return;
        }
        keyboard.hold();
        try {
            say(AS_USUAL);
            settle();
        } catch (IOException gone) {
            // then nobody looks at it
        }
    }
}
