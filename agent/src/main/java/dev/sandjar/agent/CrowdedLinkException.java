package dev.sandjar.agent;

import java.io.IOException;

/** As many requests are under way, or wait for the agent, as a link has room for; the link goes on. */
public final class CrowdedLinkException extends IOException {
    CrowdedLinkException(String why) {
        super(why);
    }
}
