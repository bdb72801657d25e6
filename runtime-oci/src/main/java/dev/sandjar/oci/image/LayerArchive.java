package dev.sandjar.oci.image;

import dev.sandjar.runtime.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The tar archive of a layer, read within bounds of memory and time: long names, extended headers and maps of holes are read into memory whole before
 * anybody can look at their entry, so a stream below counts what is read for them.
 */
final class LayerArchive extends TarArchiveInputStream {
    private static final int LARGEST_HEADERS =
            1 << 20; // of one entry, and of those for all entries; honest ones have a few KiB

    private final Bounded tar;
    private long headersForAll;

    private LayerArchive(Bounded tar) {
        super(tar, "UTF-8");
        this.tar = tar;
    }

    static LayerArchive of(InputStream tar, Deadline deadline) {
        return new LayerArchive(new Bounded(tar, deadline));
    }

    /** The next entry, whose content can be read from here; null behind the last one, when all there is has been read. */
    @Nullable
    TarArchiveEntry next() throws IOException {
        if (getCurrentEntry() != null) {
            transferTo(OutputStream.nullOutputStream()); // content counts for no entry's headers
        }
        TarArchiveEntry entry = headers();
        if (entry == null) {
            tar.transferTo(OutputStream.nullOutputStream());
        } else if (entry.isSparse()) {
            throw new HostileImageException("a layer has a file with holes (sparse), which may be of any size"
                    + " however small the layer is; images are made without them");
        }
        return entry;
    }

    private @Nullable TarArchiveEntry headers() throws IOException {
        tar.left = LARGEST_HEADERS;
        try {
            return getNextEntry();
        } catch (HostileImageException e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            throw broken();
        } finally {
            tar.left = Long.MAX_VALUE;
        }
    }

    /** Tells a broken archive from a disk of ours that cannot be written. */
    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        try {
            int read = super.read(to, offset, length);
            if (read > 0 && getCurrentEntry().isGlobalPaxHeader()) {
                headersForAll += read; // they are kept to the end
                refuseAbove(LARGEST_HEADERS, headersForAll);
            }
            return read;
        } catch (HostileImageException e) {
            throw e;
        } catch (IOException e) {
            throw broken();
        }
    }

    private static HostileImageException broken() {
        return new HostileImageException("a layer is not a tar archive");
    }

    private static void refuseAbove(long most, long bytes) throws HostileImageException {
        if (bytes > most) {
            throw new HostileImageException(
                    "a layer has headers (long names, extended attributes) of more than " + LARGEST_HEADERS + " bytes");
        }
    }

    private static final class Bounded extends WatchedInput {
        private final Deadline deadline;
        private long left = Long.MAX_VALUE;

        Bounded(InputStream in, Deadline deadline) {
            super(in);
            this.deadline = deadline;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            deadline.check("unpacking an image");
            int read = in.read(to, offset, length);
            refuseAbove(left, read);
            left -= Math.max(read, 0);
            return read;
        }
    }
}
