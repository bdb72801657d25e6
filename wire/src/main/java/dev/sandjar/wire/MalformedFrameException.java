package dev.sandjar.wire;

import java.io.IOException;

/** The other side broke a rule of {@link Frame}. Saying the same again would not help. */
public final class MalformedFrameException extends IOException {
    /** What rule. */
    public MalformedFrameException(String message) {
        super(message);
    }
}
