package dev.sandjar.compat.sessions;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/**
 * What a request carries.
 *
 * @param type its media type
 * @param length in bytes; negative when not known
 * @param source opened for every attempt
 * @param again whether the source can be opened a second time
 */
record Content(String type, long length, Source source, boolean again) {
    static final String JSON = "application/json";
    private static final String BYTES = "application/octet-stream";

    /** Where it is read from. */
    interface Source {
        InputStream open() throws IOException;
    }

    static Content none() {
        return json(new byte[0]);
    }

    static Content json(byte[] bytes) {
        return new Content(JSON, bytes.length, () -> new ByteArrayInputStream(bytes), true);
    }

    static Content of(Path file) {
        return new Content(BYTES, LocalFile.size(file), () -> LocalFile.open(file), true);
    }

    /** The caller's: closed by nobody but the caller. */
    static Content of(InputStream stream) {
        return new Content(BYTES, -1, () -> unclosed(stream), false);
    }

    private static InputStream unclosed(InputStream stream) {
        return new FilterInputStream(stream) {
            @Override
            public void close() {}
        };
    }
}
