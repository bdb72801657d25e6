package dev.sandjar.compat.sessions;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Files of one session by REST. Nothing of them is held in memory. */
final class FileCalls {
    private final Rest rest;
    private final String files;

    /** For the session at a path. */
    FileCalls(Rest rest, String session) {
        this.rest = rest;
        this.files = session + "/files";
    }

    SessionFile upload(Content content, String remote, boolean overwrite) {
        String path = files + "?path=" + Checks.query(Checks.notBlank("remote", remote)) + "&overwrite=" + overwrite;
        return rest.json(Call.with("POST", path, content).unlimited().notEverywhere(), Answers::file);
    }

    void download(String remote, Path local) {
        LocalFile.write(
                local,
                part -> rest.send(asked(remote), body -> {
                    try (body;
                            OutputStream to = LocalFile.create(part)) {
                        return body.transferTo(to);
                    }
                }));
    }

    InputStream open(String remote) {
        return rest.send(asked(remote), body -> body);
    }

    private Call asked(String remote) {
        return Call.get(files + "?filePath=" + Checks.query(Checks.notBlank("remote", remote)))
                .unlimited()
                .notEverywhere();
    }

    void delete(String remote) {
        rest.done(Call.delete(files + "/" + Checks.path("remote", remote)).notEverywhere());
    }

    Stream<SessionFile> list(String folder) {
        Call call = Call.get(files + "?path=" + Checks.query(Checks.notBlank("folder", folder)))
                .unlimited()
                .notEverywhere();
        Entries entries = rest.send(call, Entries::new);
        return StreamSupport.stream(
                        Spliterators.spliteratorUnknownSize(entries, Spliterator.ORDERED | Spliterator.NONNULL), false)
                .onClose(entries::close);
    }

    /** The entries of {@code {"files": [...]}}, each read when it is asked for. */
    private static final class Entries implements Iterator<SessionFile> {
        private final JsonParser json;
        private @Nullable SessionFile next;
        private boolean ended;

        Entries(InputStream body) throws IOException {
            json = Answers.JSON.createParser(body);
            try {
                findArray();
            } catch (IOException | RuntimeException e) {
                json.close();
                throw e;
            }
        }

        private void findArray() throws IOException {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw Answers.malformed("it is not a JSON object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean files = json.currentName().equals("files");
                if (json.nextToken() == JsonToken.START_ARRAY && files) {
                    return;
                }
                json.skipChildren();
            }
            throw Answers.malformed("it has no files");
        }

        @Override
        public boolean hasNext() {
            if (next == null && !ended) {
                try {
                    read();
                } catch (IOException e) {
                    throw new SandboxConnectionException("the list of files was cut off", e);
                }
            }
            return next != null;
        }

        private void read() throws IOException {
            if (json.nextToken() == JsonToken.END_ARRAY) {
                ended = true;
                json.close();
            } else {
                JsonNode entry = json.readValueAsTree();
                next = Answers.file(entry == null ? Answers.JSON.missingNode() : entry);
            }
        }

        @Override
        public SessionFile next() {
            if (!hasNext() || next == null) {
                throw new NoSuchElementException();
            }
            SessionFile file = next;
            next = null;
            return file;
        }

        void close() {
            try {
                json.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
