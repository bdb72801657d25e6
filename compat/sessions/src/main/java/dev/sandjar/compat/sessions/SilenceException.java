package dev.sandjar.compat.sessions;

import java.io.IOException;

/** A limit of waiting has struck; its message says which. */
final class SilenceException extends IOException {
    SilenceException(String message) {
        super(message);
    }
}
