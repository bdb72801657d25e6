package dev.sandjar.server.door.rest;

import dev.sandjar.ErrorCode;
import dev.sandjar.SandboxException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.PushbackInputStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The content of one uploaded file, as it arrives: the body itself, or the part {@code file} of a form. Counts and digests on the way.
 * One old client sends forms under the name of JSON and without the boundary: a body that begins with {@code --} is a form.
 */
final class Upload extends FilterInputStream {
    private final String fileName;
    private final long largest;
    private final Md5 md5 = new Md5();
    private long count;

    private Upload(InputStream content, String fileName, long largest) {
        super(content);
        this.fileName = fileName;
        this.largest = largest;
    }

    /**
     * @param body from its first byte
     * @param contentType as the client sent it
     * @param largest bytes the file may have
     */
    static Upload of(InputStream body, @Nullable String contentType, long largest) {
        try {
            return open(body, contentType, largest);
        } catch (IOException e) {
            throw e.getCause() instanceof SandboxException why
                    ? why
                    : new SandboxException(ErrorCode.UNAVAILABLE, "the body ended early", "send it again", e);
        }
    }

    private static Upload open(InputStream body, @Nullable String contentType, long largest) throws IOException {
        String type = contentType == null ? "" : contentType.toLowerCase(Locale.ROOT);
        if (type.startsWith("multipart/")) {
            return ofForm(Form.open(body, contentType), largest);
        }
        if (type.startsWith("application/json")) {
            var ahead = new PushbackInputStream(body, Form.LONGEST_FIRST_LINE);
            byte[] start = ahead.readNBytes(Form.LONGEST_FIRST_LINE);
            ahead.unread(start);
            if (start.length > 2 && start[0] == '-' && start[1] == '-') {
                return ofForm(Form.openByItsFirstLine(ahead, start), largest);
            }
            return new Upload(ahead, "", largest);
        }
        return new Upload(body, "", largest);
    }

    private static Upload ofForm(Form form, long largest) throws IOException {
        return new Upload(form, form.fileName(), largest);
    }

    /** Empty when the client gave none. */
    String fileName() {
        return fileName;
    }

    /** Of what was read; once. */
    String md5() throws InterruptedException {
        return md5.hex();
    }

    @Override
    public void close() throws IOException {
        try (md5) {
            super.close();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int start, int length) throws IOException {
        int n = in.read(to, start, length);
        if (n > 0) {
            try {
                md5.update(to, start, n);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while taking the body");
            }
            count += n;
            if (count > largest) {
                throw new IOException(tooLarge(largest)); // its cause is what the client is told
            }
        }
        return n;
    }

    static SandboxException tooLarge(long largest) {
        return new SandboxException(
                ErrorCode.TOO_LARGE,
                "the file is larger than " + largest + " bytes",
                "send a smaller one, or in parts",
                null);
    }
}
