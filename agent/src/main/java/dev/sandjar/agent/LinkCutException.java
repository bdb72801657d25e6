package dev.sandjar.agent;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The link is gone; what the agent still did is not known. A new link finds its commands and journals. */
public final class LinkCutException extends IOException {
    LinkCutException(@Nullable Throwable cause) {
        super("the link to the agent is cut", cause);
    }
}
