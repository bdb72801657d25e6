package dev.sandjar.oci.image;

import java.io.IOException;

/** An image that is not what it says, or that no honest tool makes; the message is for the caller. */
final class HostileImageException extends IOException {
    HostileImageException(String what) {
        super(what);
    }
}
