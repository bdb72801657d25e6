package dev.sandjar.agent;

import java.io.IOException;

/** The other side broke a rule of PROTOCOL.md; the link is of no more use. The message names the rule, never what was sent. */
public final class ProtocolException extends IOException {
    public ProtocolException(String rule) {
        super(rule);
    }
}
