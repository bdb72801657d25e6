package dev.sandjar.client.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;

/**
 * A response whose body is still to be read.
 *
 * @param status 100 to 599
 * @param headers names in lower case
 * @param body ends where HTTP says; a cut before is an exception
 */
public record HttpResponse(int status, Map<String, String> headers, InputStream body) {
    private static final int WORTH_READING = 64 * 1024;

    /** A header's value. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** Whether the connection can be used again, once the little that is left of the body has been read. */
    boolean finish() throws IOException {
        return !header("connection").orElse("").equalsIgnoreCase("close")
                && body.readNBytes(WORTH_READING).length < WORTH_READING;
    }
}
