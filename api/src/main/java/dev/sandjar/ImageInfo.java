package dev.sandjar;

/**
 * An image that is ready at a place.
 *
 * @param reference as it is asked for
 * @param digest {@code sha256:…}; empty for {@code host}
 * @param size bytes on disk
 */
public record ImageInfo(String reference, String digest, long size) {}
