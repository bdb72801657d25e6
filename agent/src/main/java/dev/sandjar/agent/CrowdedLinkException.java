package dev.sandjar.agent;

import java.io.IOException;

/** As many requests are under way as a link has channels for; the link goes on. */
public final class CrowdedLinkException extends IOException {
    CrowdedLinkException(int most) {
        super(most + " requests are under way");
    }
}
