package dev.sandjar.compat.sessions;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import java.util.function.Consumer;

/** This machine's end of a transfer. Its failures are {@link UncheckedIOException}s, so that they are not taken for those of the connection. */
final class LocalFile {
    private LocalFile() {}

    /**
     * Has a file written beside its place, and moves it there when it is whole: a half is never taken for it. Nothing is left when the filling fails.
     *
     * @param filling is told where to write
     */
    static void write(Path place, Consumer<Path> filling) {
        Path part = place.resolveSibling("." + place.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            filling.accept(part);
            Files.move(part, place, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw unwritten(place, e);
        } finally {
            try {
                Files.deleteIfExists(part);
            } catch (IOException left) {
                part.toFile().deleteOnExit(); // the folder can perhaps be written to again by then
            }
        }
    }

    /** Empty at first. */
    static OutputStream create(Path file) {
        try {
            return new FilterOutputStream(Files.newOutputStream(file)) {
                @Override
                public void write(byte[] from, int start, int length) {
                    try {
                        out.write(from, start, length);
                    } catch (IOException e) {
                        throw unwritten(file, e);
                    }
                }
            };
        } catch (IOException e) {
            throw unwritten(file, e);
        }
    }

    static InputStream open(Path file) {
        try {
            return new FilterInputStream(Files.newInputStream(file)) {
                @Override
                public int read(byte[] to, int start, int length) {
                    try {
                        return in.read(to, start, length);
                    } catch (IOException e) {
                        throw unread(file, e);
                    }
                }
            };
        } catch (IOException e) {
            throw unread(file, e);
        }
    }

    static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw unread(file, e);
        }
    }

    private static UncheckedIOException unread(Path file, IOException e) {
        return new UncheckedIOException("the file " + file + " cannot be read", e);
    }

    private static UncheckedIOException unwritten(Path file, IOException e) {
        return new UncheckedIOException("the file " + file + " cannot be written", e);
    }
}
