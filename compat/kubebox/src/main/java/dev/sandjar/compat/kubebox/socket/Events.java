package dev.sandjar.compat.kubebox.socket;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandjar.compat.kubebox.error.ConnectionLostException;

/** Who is told what comes by a connection; one thing at a time. */
public interface Events {
    /**
     * An event has come. While this does not return nothing more is read: the server has to wait.
     *
     * @param name of the event
     * @param payload what came with it; missing when nothing did
     */
    void event(String name, JsonNode payload);

    /**
     * A connection is no more. Not called when it was closed on this side, or never came to be.
     *
     * @param which one; there may be another by now
     * @param why in words
     */
    void lost(SocketIo which, ConnectionLostException why);
}
