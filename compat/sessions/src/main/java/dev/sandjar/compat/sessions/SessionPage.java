package dev.sandjar.compat.sessions;

import java.util.List;

/**
 * A part of the list of sessions.
 *
 * @param sessions from {@code offset} on
 * @param total how many there are in all
 * @param limit how many were asked for, 1 to 100
 * @param offset how many were left out at the beginning
 */
public record SessionPage(List<Session> sessions, int total, int limit, int offset) {
    /** Copies. */
    public SessionPage {
        sessions = List.copyOf(sessions);
    }
}
