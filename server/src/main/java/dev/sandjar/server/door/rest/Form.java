package dev.sandjar.server.door.rest;

import dev.sandjar.SandboxException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The part {@code file} of a {@code multipart/form-data} body (RFC 7578), as a stream. Parts before it are skipped, parts after it not read.
 * Our own, because the libraries at hand either write to disk first or read 4 KiB at a time.
 */
final class Form extends InputStream {
    /** Of a body whose headers do not name the boundary: two dashes, 70 characters, the end of the line. */
    static final int LONGEST_FIRST_LINE = 74;

    private static final Pattern BOUNDARY = Pattern.compile("boundary=\"?([^\";,]{1,70})\"?", Pattern.CASE_INSENSITIVE);
    private static final String WANTED = "multipart/form-data with a part \"file\"";
    private static final int BUFFER = 64 * 1024;
    private static final int LONGEST_HEADERS = 8 * 1024;
    private static final int MOST_PARTS = 16;

    private final InputStream body;
    private final byte[] delimiter; // with the line break in front, which is not the part's
    private final byte[] buffer = new byte[BUFFER];
    private int at; // buffer[at..end) is to be read
    private int end;
    private int clear; // buffer[at..clear) holds no part of a delimiter
    private boolean partEnded;
    private String fileName = "";

    private Form(InputStream body, String boundary) {
        this.body = body;
        this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
        buffer[0] = '\r'; // as if a line had ended before the first one
        buffer[1] = '\n';
        end = 2;
    }

    /** Reads up to the part {@code file}. */
    static Form open(InputStream body, @Nullable String contentType) throws IOException {
        Matcher named = BOUNDARY.matcher(contentType == null ? "" : contentType);
        if (!named.find()) {
            throw SandboxException.invalid("the form", "without a boundary", WANTED);
        }
        return new Form(body, named.group(1)).atItsFile();
    }

    /** @param start the body's first bytes, which it still has */
    static Form openByItsFirstLine(InputStream body, byte[] start) throws IOException {
        String text = new String(start, StandardCharsets.ISO_8859_1);
        int lineEnd = text.indexOf('\r');
        if (lineEnd < 3) {
            throw SandboxException.invalid("the form", "without a boundary", WANTED);
        }
        return new Form(body, text.substring(2, lineEnd)).atItsFile();
    }

    /** The last part of what the client called the file; empty when it gave no name. */
    String fileName() {
        return fileName;
    }

    private Form atItsFile() throws IOException {
        skipPart(); // what stands before the first boundary
        for (int seen = 0; seen < MOST_PARTS && boundaryGoesOn(); seen++) {
            PartHeaders part = PartHeaders.of(headers());
            partEnded = false;
            if (part.isFile()) {
                fileName = part.fileName();
                return this;
            }
            skipPart();
        }
        throw SandboxException.invalid("the form", "without a part \"file\"", WANTED);
    }

    private void skipPart() throws IOException {
        byte[] skipped = new byte[8 * 1024];
        while (read(skipped, 0, skipped.length) >= 0) {
            // only its end is of interest
        }
    }

    /** After a boundary: either the end of the line and one more part, or two dashes and nothing. */
    private boolean boundaryGoesOn() throws IOException {
        String rest = line(LONGEST_HEADERS);
        if (rest.isBlank()) {
            return true;
        }
        if (rest.startsWith("--")) {
            return false;
        }
        throw malformed();
    }

    private String headers() throws IOException {
        var headers = new StringBuilder();
        for (String line = line(LONGEST_HEADERS); !line.isEmpty(); line = line(LONGEST_HEADERS - headers.length())) {
            headers.append(line).append('\n');
        }
        return headers.toString();
    }

    private String line(int longest) throws IOException {
        var line = new java.io.ByteArrayOutputStream();
        while (true) {
            if (at == end && !fill()) {
                return line.toString(StandardCharsets.UTF_8); // the last boundary may be the last bytes
            }
            byte next = buffer[at++];
            if (next == '\n') {
                String text = line.toString(StandardCharsets.UTF_8);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            line.write(next);
            if (line.size() > longest) {
                throw malformed();
            }
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int start, int length) throws IOException {
        Objects.checkFromIndexSize(start, length, to.length);
        if (partEnded) {
            return -1;
        }
        while (clear <= at) {
            if (delimiterIsHere()) {
                at += delimiter.length;
                partEnded = true;
                return -1;
            }
            look();
        }
        int count = Math.min(length, clear - at);
        System.arraycopy(buffer, at, to, start, count);
        at += count;
        return count;
    }

    private boolean delimiterIsHere() throws IOException {
        while (end - at < delimiter.length) {
            if (!fill()) {
                throw malformed();
            }
        }
        return Arrays.equals(buffer, at, at + delimiter.length, delimiter, 0, delimiter.length);
    }

    /** Moves {@code clear} to the next byte at which a delimiter might begin. The one at {@code at} begins none. */
    private void look() {
        int next = at + 1;
        while (next < end && buffer[next] != '\r') {
            next++;
        }
        while (next < end && !mightBegin(next)) {
            next++;
            while (next < end && buffer[next] != '\r') {
                next++;
            }
        }
        clear = next;
    }

    private boolean mightBegin(int from) {
        int known = Math.min(delimiter.length, end - from);
        return Arrays.equals(buffer, from, from + known, delimiter, 0, known);
    }

    /** Reads on; what is unread moves to the front. Returns false at the body's end. */
    private boolean fill() throws IOException {
        System.arraycopy(buffer, at, buffer, 0, end - at);
        clear = Math.max(0, clear - at);
        end -= at;
        at = 0;
        int count = body.read(buffer, end, buffer.length - end);
        if (count < 0) {
            return false;
        }
        end += count;
        return true;
    }

    private static IOException malformed() {
        return new IOException(SandboxException.invalid("the form", "malformed or ends early", WANTED));
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
