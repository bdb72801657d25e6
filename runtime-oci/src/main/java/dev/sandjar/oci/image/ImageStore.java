package dev.sandjar.oci.image;

import dev.sandjar.ErrorCode;
import dev.sandjar.ImageInfo;
import dev.sandjar.Images;
import dev.sandjar.SandboxException;
import dev.sandjar.runtime.Deadline;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The images of this machine. */
public final class ImageStore implements Images {
    private final Path folder;
    private final Aliases aliases;

    private final ReentrantLock lock = new ReentrantLock(); // guards host
    private @Nullable HostImage host;

    /** Those below this folder, which exists. */
    public ImageStore(Path folder, Aliases aliases) {
        this.folder = folder;
        this.aliases = aliases;
    }

    /** Finds an image, and fetches it where it is missing. */
    public RootImage get(String reference, Deadline deadline) throws IOException {
        deadline.check("preparing the image");
        if (aliases.resolve(reference).equals(HostImage.NAME)) {
            return host();
        }
        throw new SandboxException(ErrorCode.IMAGE_NOT_FOUND, "image " + reference + " is not here", "use host", null);
    }

    @Override
    public List<ImageInfo> list() {
        return List.of();
    }

    @Override
    public ImageInfo pull(String reference, Consumer<String> progress) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void remove(String reference) {
        throw new UnsupportedOperationException();
    }

    private HostImage host() throws IOException {
        lock.lock();
        try {
            if (host == null) {
                host = HostImage.in(folder);
            }
            return host;
        } finally {
            lock.unlock();
        }
    }
}
