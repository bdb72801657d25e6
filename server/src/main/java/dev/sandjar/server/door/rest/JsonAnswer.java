package dev.sandjar.server.door.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/** What is answered, written piece by piece: as a tree of text, the largest answer is most of the memory. */
interface JsonAnswer {
    void write(JsonGenerator to) throws IOException;

    static JsonAnswer of(ObjectNode node) {
        return to -> to.writeTree(node);
    }
}
