package dev.sandjar.server.auth;

import dev.sandjar.Sandboxes;

/** The sandboxes as each owner sees them. */
public interface Places {
    Sandboxes of(String owner);
}
