package dev.sandjar.client.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** The lines of a message's head. */
final class Lines {
    private Lines() {}

    /** Without its end; {@code EOFException} when there is none. */
    static String read(InputStream from, int longest) throws IOException {
        var line = new StringBuilder();
        for (int b = from.read(); b != '\n'; b = from.read()) {
            if (b < 0) {
                throw new EOFException("the connection was cut");
            }
            if (line.length() > longest) {
                throw new HttpException("a line of more than " + longest + " bytes");
            }
            line.append((char) b);
        }
        int length = line.length();
        if (length > 0 && line.charAt(length - 1) == '\r') {
            line.setLength(length - 1);
        }
        return line.toString();
    }
}
