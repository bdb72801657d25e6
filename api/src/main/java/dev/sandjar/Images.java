package dev.sandjar;

import java.util.List;
import java.util.function.Consumer;

/** The root filesystems that a place has. A create fetches what is missing by itself. */
public interface Images {
    /**
     * What is ready.
     *
     * @return by reference
     */
    List<ImageInfo> list();

    /**
     * Fetches an image, or finds that it is there.
     *
     * @param reference {@code host} or an OCI reference
     * @param progress told from time to time, in words for people
     * @return the image
     * @throws SandboxException {@code IMAGE_NOT_FOUND}, {@code IMAGE_INVALID}, {@code REGISTRY_UNAVAILABLE}
     */
    ImageInfo pull(String reference, Consumer<String> progress);

    /**
     * Removes an image. Sandboxes that use it keep it until they are gone.
     *
     * @param reference as in {@link #list}
     * @throws SandboxException {@code IMAGE_NOT_FOUND}; {@code PERMISSION_DENIED} where that is for operators
     */
    void remove(String reference);
}
